import Delivery
import Foundation
import GRDB
import Sandbox
import Testing

@testable import SQLiteStore

/// A database that was restored to an earlier state.
@Suite(.timeLimit(.minutes(3)))
struct RestoreTests {
    @Test(arguments: ["wal", "delete"], ["--deliver", "--discard"])
    func `a restored backup doubles no proven intent and loses no new one`(
        mode: String, choice: String
    ) async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench, journalMode: mode)
            try shop.insert(1...2)
            try await shop.drain()
            try shop.insert(3...5)
            try shop.insert(6...6, journey: "unheard")
            let backup = shop.at("backup")
            try await shop.run(["backup", backup.path])
            try await shop.run(["drain"], exits: 3)
            try shop.insert(7...9)
            try await shop.run(["drain"], exits: 3)
            #expect(bench.effects(of: 1...9) == [1, 1, 1, 1, 1, 0, 1, 1, 1])

            // Producers continue at once, and their rows get ids that were used before.
            try shop.restore(from: backup)
            try shop.insert(10...11)
            #expect(try shop.query("SELECT max(id) FROM outbox") == 8)
            let worker = try shop.start(["run"])
            try await bench.untilOutput(of: worker, contains: "adoption_needed")
            #expect(try worker.text.contains("cause=database_restored"))
            // From now on, rows get new ids.
            try shop.insert(12...12)
            #expect(try shop.query("SELECT max(id) FROM outbox") == 10)

            let answer = try await shop.run(["adopt", choice, "--json"])
            #expect(answer.contains(#""proven_delivered":3,"unproven":1,"new":3"#))
            try await bench.untilTrue { bench.effects(of: 10...12) == [1, 1, 1] }
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
            #expect(bench.effects(of: 1...9) == [1, 1, 1, 1, 1, 0, 1, 1, 1])
            let rest = choice == "--deliver" ? "pending" : "dead"
            #expect(try shop.states() == ["delivered": 8, rest: 1])
            #expect(try shop.query("SELECT delivered FROM outbox_journey WHERE journey = 'welcome'") == 8)

            // An even older backup: the deliveries under both identities are known.
            try shop.restore(from: backup)
            try await shop.run(["drain"], exits: 3)
            let second = try await shop.run(["adopt", "--deliver", "--json"])
            #expect(second.contains(#""proven_delivered":3"#))
            try await shop.run(["drain"], exits: 3)
            #expect(bench.effects(of: 1...12) == [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])
        }
    }

    @Test(arguments: ["welcome", "trial-ending"])
    func `a request that was in flight in the backup is proven, repeated under its key, or discarded`(
        journey: String
    ) async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.insert(1...2, journey: journey)
            let worker = try shop.start(["run"], fault: .stop(at: .answered))
            #expect(await worker.change() == .stopped)
            let backup = shop.at("backup")
            try await shop.run(["backup", backup.path])
            worker.send(SIGKILL)
            _ = await worker.end()
            try await shop.drain()
            let requests = bench.triggers

            // The ledger proves it, and nothing is sent again.
            try shop.restore(from: backup)
            try await shop.run(["drain"], exits: 3)
            try await shop.run(["adopt", "--deliver"])
            try await shop.drain()
            #expect(bench.triggers == requests)
            #expect(try shop.states() == ["delivered": 2])

            // Nothing proves it. The same bytes are sent under the same key, which the API knows.
            try bench.forgetDeliveries()
            try shop.restore(from: backup)
            try await shop.run(["drain"], exits: 3)
            let answer = try await shop.run(["adopt", "--deliver", "--json"])
            #expect(answer.contains(#""proven_delivered":0,"unproven":2"#))
            let stamped: Int? = try shop.query(
                "SELECT count(*) FROM outbox_batch WHERE state = 'sending' AND possibly_executed_since <= frozen_at")
            #expect(stamped == (journey == "welcome" ? 1 : 2))
            try await shop.drain()
            #expect(bench.effects(of: 1...2) == [1, 1])

            // Nothing proves it, and the operator discards it.
            try bench.forgetDeliveries()
            try shop.restore(from: backup)
            try await shop.run(["drain"], exits: 3)
            try await shop.run(["adopt", "--discard"])
            #expect(try shop.states() == ["dead": 2])
            try await shop.drain()
            #expect(bench.effects(of: 1...2) == [1, 1])
        }
    }

    @Test func `a lost state directory is reported, and delivery continues after an adoption`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.insert(1...2)
            try await shop.drain()
            try FileManager.default.removeItem(at: bench.folder.appendingPathComponent("state"))
            try shop.insert(3...3)
            let text = try await shop.run(["drain"], exits: 3)
            #expect(text.contains("has no record of it"))
            try shop.insert(4...4)
            let answer = try await shop.run(["adopt", "--deliver", "--json"])
            #expect(answer.contains(#""proven_delivered":0,"unproven":1,"new":1"#))
            try await shop.drain()
            #expect(bench.effects(of: 1...4) == [1, 1, 1, 1])
        }
    }

    @Test
    func `a crash between the commit and the ledger is not reported as a restore and loses one group of the ledger`()
        async throws
    {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.insert(1...2)
            let worker = try shop.start(["run"], fault: .stop(at: .settled))
            #expect(await worker.change() == .stopped)
            worker.send(SIGKILL)
            _ = await worker.end()
            try shop.insert(3...3)
            try await shop.drain()
            #expect(try bench.proofs(of: [1, 2, 3]) == [3])
            #expect(bench.effects(of: 1...3) == [1, 1, 1])
        }
    }

    @Test func `a binding that a crash interrupted is completed without a report`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            // The file was written first, and the database was not updated.
            try bench.remember(path: shop.path, uuid: nil, next: "u-1")
            try shop.insert(1...1)
            try await shop.drain()
            #expect(try shop.query("SELECT value FROM outbox_meta WHERE key = 'uuid'") == "u-1")
            // The database already has its next identity, and the file does not record it.
            try bench.remember(path: shop.path, uuid: "u-1", next: "u-2")
            try shop.use { queue in
                try queue.write { try $0.execute(sql: "UPDATE outbox_meta SET value = 'u-2' WHERE key = 'uuid'") }
            }
            try shop.insert(2...2)
            try await shop.drain()
            #expect(bench.effects(of: 1...2) == [1, 1])
        }
    }

    @Test func `intents with reused ids are sent under new keys, without a report`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.insert(1...2)
            try await shop.drain()
            let before: String? = try shop.query("SELECT value FROM outbox_meta WHERE key = 'uuid'")
            try shop.use { queue in try queue.write { try $0.execute(sql: "DELETE FROM sqlite_sequence") } }
            try shop.insert(3...3)
            #expect(try shop.query("SELECT max(id) FROM outbox") == 1)
            try await shop.drain()
            #expect(bench.effects(of: 1...3) == [1, 1, 1])
            let after: String? = try shop.query("SELECT value FROM outbox_meta WHERE key = 'uuid'")
            #expect(before != after)
            try shop.insert(4...4)
            #expect(try shop.query("SELECT max(id) FROM outbox") == 3)
            try await shop.drain()
            #expect(bench.effects(of: 1...4) == [1, 1, 1, 1])
        }
    }

    @Test func `intents with ids that are reused while a worker runs are sent under new keys`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            let worker = try shop.start(["run"])
            try await bench.untilOutput(of: worker, contains: "worker_started")
            try shop.insert(1...2)
            try await bench.untilTrue { bench.effects(of: 1...2) == [1, 1] }
            try shop.use { queue in try queue.write { try $0.execute(sql: "DELETE FROM sqlite_sequence") } }
            try shop.insert(3...4)
            try await bench.untilTrue { bench.effects(of: 3...4) == [1, 1] }
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
            try await shop.drain()
            #expect(try shop.states() == ["delivered": 4])
        }
    }

    @Test func `replacing the database file under a running worker ends it with exit 74`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.insert(1...1)
            try await shop.drain()
            let backup = shop.at("backup")
            try await shop.run(["backup", backup.path])
            let worker = try shop.start(["run"])
            try await bench.untilOutput(of: worker, contains: "worker_started")
            try FileManager.default.removeItem(atPath: shop.path)
            try backup.copyFiles(to: shop)
            #expect(await worker.end() == .exited(74))
            #expect(try worker.text.contains("database_replaced"))

            // This also holds while the worker waits for the operator, because the new file may be another database.
            try shop.insert(2...2)
            try await shop.drain()
            try shop.restore(from: backup)
            let waiting = try shop.start(["run"])
            try await bench.untilOutput(of: waiting, contains: "adoption_needed")
            try shop.restore(from: backup)
            #expect(await waiting.end() == .exited(74))
        }
    }
}
