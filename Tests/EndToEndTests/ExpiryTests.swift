import Foundation
import GRDB
import JourneyOutbox
import Sandbox
import Testing

@testable import Delivery
@testable import SQLiteStore

/// `expires_at` and `dedup_key`: when an intent expires, and how long a dedup key is kept.
@Suite(.timeLimit(.minutes(2)))
struct ExpiryTests {
    @Test func `a member that has expired when its batch is split is dead, and is not in a new request`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a", nil], expiresAt: StoreBench.now + .seconds(10))
        try bench.insert(["a", nil, nil])
        let batch = try #require(try await bench.claimAll().first)
        #expect(try batch.ids == [1, 2, 4, 5])
        var split = Settlement(batch: batch, fate: .settled(.split), record: AnswerRecord(code: "x"))
        split.successors = [[0, 1], [2, 3]]
        let later = StoreBench.now + .seconds(60)
        let result = try await bench.claim([split], at: later)
        #expect(try result.successors.map { try $0.ids } == [[4, 5]])
        #expect(try bench.states() == [1: "dead", 2: "dead", 3: "sending", 4: "sending", 5: "sending"])
        #expect(try bench.query("SELECT group_concat(code) FROM outbox_dead") == "expired,expired")
    }

    @Test func `an intent that has expired when it is retried is dead`() async throws {
        let bench = try await StoreBench()
        try bench.insert([nil], expiresAt: StoreBench.now + .seconds(10))
        let batch = try #require(try await bench.claimAll().first)
        let due = StoreBench.now + .seconds(30)
        try await bench.settle([
            bench.ended(
                batch, as: .waiting(.init(attempts: 1, dueAt: due, rejection: nil, isRefusedAlone: false)))
        ])
        #expect(try await bench.claimAll(at: due).isEmpty)
        #expect(try bench.query("SELECT code || attempts FROM outbox_dead") == "expired1")
    }

    @Test func `an intent that expires while its request may have run is still sent again`() async throws {
        try await Workbench.open {
            $0.faults.dropAfterEffect.next = 1
        } _: { bench in
            var worker = bench
            worker.idempotency = .enforced
            worker.policy.backoff = Backoff(initial: .seconds(50), max: .seconds(50))
            let bench = worker
            try bench.insert(1, changing: { $0.expiresAt = Date(timeIntervalSinceNow: 30) })
            try await bench.whileWorking { _ in
                try await bench.events.first { if case .settled = $0 { true } else { false } }
                bench.clock.advance(by: .seconds(60))
                try await bench.events.delivered(atLeast: 1)
            }
            #expect(bench.sandbox.requests().contains { $0.isReplayed })
            try bench.expectExactBooks()
        }
    }

    @Test func `a dedup key is kept for the retention after the end of its intent, not after the insert`() async throws
    {
        let bench = try await StoreBench()
        try bench.run(
            """
            INSERT INTO outbox (journey, external_id, dedup_key, created_at) VALUES
              ('welcome', 'a', 'delivered', 1700000000000), ('welcome', 'b', 'dead', 1700000000000)
            """)
        let batch = try #require(try await bench.claimAll().first)
        var settlement = bench.delivered(batch)
        settlement.fate = .settled(.partlyRejected)
        settlement.leaving = [1: StoreBench.dead]
        let end = StoreBench.now + .seconds(1000)
        try await bench.settle([settlement], at: end)
        while try await bench.store.prune(before: end) {}
        #expect(try bench.query("SELECT count(*) FROM outbox_dedup") == 2)
        while try await bench.store.prune(before: end + .milliseconds(1)) {}
        #expect(try bench.query("SELECT count(*) FROM outbox_dedup") == 0)
    }

    @Test func `pruning a cancelled intent keeps its dedup key for the intent that has it now`() async throws {
        let bench = try await StoreBench()
        let insert = "INSERT INTO outbox (journey, external_id, dedup_key) VALUES ('welcome', 'a', 'k')"
        try bench.run(insert)
        try bench.run("DELETE FROM outbox_intents WHERE id = 1")
        try bench.run(insert)
        while try await bench.store.prune(before: WallTime(milliseconds: .max)) {}
        #expect(try bench.states() == [2: "pending"])
        #expect(try bench.query("SELECT intent_id FROM outbox_dedup") == 2)
    }
}
