import Foundation
import GRDB
import Testing

/// Intents that the operator resolved as delivered, and a backup from before the resolution.
@Suite(.timeLimit(.minutes(3)))
struct ResolutionLedgerTests {
    /// A database whose intents 1 and 2 are in doubt, and a backup of that state.
    private func doubtful(_ bench: Workbench) async throws -> (Shop, backup: Shop) {
        let shop = try Shop.open(in: bench)
        try shop.insert(1...2)
        let worker = try shop.start(["run"], fault: .stop(at: .frozen))
        #expect(await worker.change() == .stopped)
        worker.send(SIGKILL)
        _ = await worker.end()
        try shop.use { queue in
            try queue.write { try $0.execute(sql: "UPDATE outbox_batch SET state = 'in_doubt'") }
        }
        let backup = shop.at("backup")
        try shop.copyFiles(to: backup)
        return (shop, backup)
    }

    @Test(arguments: [true, false])
    func `intents that were resolved as delivered are proven after a restore by the resolution ledger`(isKept: Bool)
        async throws
    {
        try await Workbench.open { bench in
            let (shop, backup) = try await doubtful(bench)
            #expect(try await shop.run(["resolve", "--all", "--delivered"]) == "resolved 2 as delivered\n")
            #expect(try bench.proofs(of: [1, 2]) == [1, 2])
            // Another worker has run since then.
            try shop.insert(3...3)
            try await shop.drain()
            if !isKept { try bench.forgetDeliveries() }
            try shop.restore(from: backup)
            try await shop.run(["drain"], exits: 3)
            let answer = try await shop.run(["adopt", "--deliver", "--json"])
            #expect(
                answer.contains(isKept ? #""proven_delivered":2,"unproven":0"# : #""proven_delivered":0,"unproven":2"#))
            #expect(try shop.states() == (isKept ? ["delivered": 2] : ["in_doubt": 2]))
        }
    }

    @Test func `the marks of a worker are independent of those of a resolution`() async throws {
        try await Workbench.open { bench in
            let (shop, _) = try await doubtful(bench)
            try shop.insert(3...4)
            try await shop.run(["drain"], exits: 3)
            let between = shop.at("between")
            try shop.copyFiles(to: between)
            try shop.insert(5...5)
            let worker = try shop.start(["run"])
            try await bench.untilTrue { bench.effects(of: 5...5) == [1] }
            try await shop.run(["resolve", "1", "--delivered"])
            worker.send(SIGKILL)
            _ = await worker.end()
            // The resolution is newer than the worker's last file. The worker's progress is still reported.
            try shop.restore(from: between)
            try await shop.run(["drain"], exits: 3)
            let answer = try await shop.run(["adopt", "--discard", "--json"])
            #expect(answer.contains(#""cause":"database_restored""#))
            #expect(answer.contains(#""proven_delivered":1,"unproven":1"#))
        }
    }

    @Test func `a resolution whose record cannot be written is reported and still valid`() async throws {
        try await Workbench.open { bench in
            let (shop, _) = try await doubtful(bench)
            try FileManager.default.removeItem(at: bench.folder.appendingPathComponent("state"))
            let text = try await shop.run(["resolve", "--all", "--delivered"])
            #expect(text.contains("resolved, but not written to the record"))
            #expect(try shop.states() == ["delivered": 2])
        }
    }
}
