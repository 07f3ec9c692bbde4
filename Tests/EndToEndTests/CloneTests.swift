import Foundation
import GRDB
import Sandbox
import Testing

@testable import SQLiteStore

/// A copy of a database while the original still exists.
@Suite(.timeLimit(.minutes(3)))
struct CloneTests {
    enum Means: String, CaseIterable {
        case cp
        case vacuumInto
        case backup
        /// As Litestream restores: the pages of one moment, and the later frames of the log on top.
        case framesOfTheLog
    }

    @Test(arguments: Means.allCases)
    func `a copy starts paused, reports why, and sends no intent of the original`(means: Means) async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.insert(1...3)
            try await shop.drain()
            try shop.insert(4...5)
            let copy = shop.at("copy")
            switch means {
            case .cp: try shop.copyFiles(to: copy)
            case .vacuumInto: try shop.use { try $0.vacuum(into: copy.path) }
            case .backup: try await shop.run(["backup", copy.path])
            case .framesOfTheLog: try shop.copyFrames(to: copy)
            }
            let worker = try copy.start(["run"])
            try await bench.untilOutput(of: worker, contains: "adoption_needed")
            #expect(try worker.text.contains("cause=database_copied"))
            #expect(try worker.text.contains("perhaps_delivered=2"))
            #expect(try worker.text.contains(shop.path))

            let status = try await copy.run(["status"])
            #expect(status.contains("worker: waiting for `journey-outbox adopt`"))
            #expect(status.contains("database_copied"))
            // The command `resume` does not adopt the copy.
            try await copy.run(["resume"])
            let question = try await copy.run(["adopt"], exits: 3)
            #expect(question.contains("0 intents are proven"))
            #expect(question.contains("2 open intents may have been delivered"))
            try copy.insert(6...6)
            #expect(bench.effects(of: 4...6) == [0, 0, 0])

            // The waiting worker continues by itself with the intents that came later.
            let answer = try await copy.run(["adopt", "--discard", "--json"])
            #expect(answer.contains(#""adopted":true"#))
            #expect(answer.contains(#""proven_delivered":0,"unproven":2,"new":1"#))
            try await bench.untilTrue { bench.effects(of: 6...6) == [1] }
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
            #expect(try copy.states() == ["delivered": 4, "dead": 2])
            #expect(try copy.query("SELECT count(*) FROM outbox_dead WHERE code = 'discarded'") == 2)

            try await shop.drain()
            #expect(bench.effects(of: 1...6) == [1, 1, 1, 1, 1, 1])
            // Neither database is reported again.
            try await copy.drain()
            try await shop.drain()
        }
    }

    @Test func `a copy that replaces the original delivers what the original had not delivered`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.insert(1...3)
            try await shop.drain()
            try shop.insert(4...5)
            let copy = shop.at("copy")
            try shop.copyFiles(to: copy)
            // The original has delivered one of the copied intents, and its ledger proves it.
            try shop.use { queue in
                try queue.write { try $0.execute(sql: "DELETE FROM outbox_intents WHERE external_id = 'cust-5'") }
            }
            try await shop.drain()
            try await copy.run(["drain"], exits: 3)
            let answer = try await copy.run(["adopt", "--deliver", "--json"])
            #expect(answer.contains(#""proven_delivered":1,"unproven":1,"new":0"#))
            try await copy.drain()
            #expect(bench.effects(of: 1...5) == [1, 1, 1, 1, 1])
            #expect(try copy.states() == ["delivered": 5])
            let first: String? = try shop.query("SELECT value FROM outbox_meta WHERE key = 'uuid'")
            let second: String? = try copy.query("SELECT value FROM outbox_meta WHERE key = 'uuid'")
            #expect(first != second)
        }
    }

    @Test func `a moved database is not reported`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.insert(1...2)
            try await shop.drain()
            // A worker that ends leaves no frames in the log, so that the file can be moved alone.
            #expect(try shop.bytesInLog() == 0)
            let moved = shop.at("moved")
            try FileManager.default.moveItem(atPath: shop.path, toPath: moved.path)
            try moved.insert(3...3)
            try await moved.drain()
            // The database is moved back to its first path.
            try FileManager.default.moveItem(atPath: moved.path, toPath: shop.path)
            try await shop.drain()
            #expect(bench.effects(of: 1...3) == [1, 1, 1])
        }
    }

    @Test func `names of deployments distinguish copies when no state directory survives`() async throws {
        try await Workbench.open { bench in
            let production = try Shop.open(in: bench).with(state: "first", deployment: "production")
            try production.insert(1...2)
            try await production.drain()
            // A new container of the same name has only the database.
            try FileManager.default.removeItem(at: bench.folder.appendingPathComponent("first"))
            let again = production.with(state: "second")
            try again.insert(3...3)
            try await again.drain()
            let staging = again.at("staging").with(state: "third", deployment: "staging")
            try production.insert(4...4)
            try production.copyFiles(to: staging)
            let text = try await staging.run(["drain"], exits: 3)
            #expect(text.contains("it belongs to the deployment production, and this is staging"))
            try await staging.run(["adopt", "--discard"])
            try await staging.drain()
            try await again.drain()
            #expect(bench.effects(of: 1...4) == [1, 1, 1, 1])
        }
    }

    @Test func `a command with another state directory is refused and stores no pause`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.insert(1...1)
            try await shop.drain()
            let stranger = shop.with(state: "elsewhere")
            for command in [["drain"], ["run"], ["adopt", "--deliver"]] {
                let text = try await stranger.run(command, exits: 78)
                #expect(text.contains("\(bench.folder.path)/state"))
            }
            #expect(try shop.query("SELECT count(*) FROM outbox_pause") == 0)
            try await shop.drain()
        }
    }

    @Test func `a state directory that cannot be written to is refused with exit 78`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench).with(state: "file")
            try Data().write(to: bench.folder.appendingPathComponent("file"))
            #expect(try await shop.run(["drain"], exits: 78).contains("/file"))
            #expect(try shop.query("SELECT count(*) FROM outbox_meta WHERE key = 'uuid'") == 0)
        }
    }
}
