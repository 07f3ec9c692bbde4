import Foundation
import GRDB
import JourneyOutbox
import Operation
import OutboxMigrations
import Testing

@testable import Delivery
@testable import SQLiteStore

/// The effect of an intent's end on the other intents of its ordering key.
@Suite(.timeLimit(.minutes(2)))
struct LaneEndTests {
    @Test func `a rejected head that waits for a retry keeps its lane`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a", "a"])
        let batch = try #require(try await bench.claimAll().first)
        let due = StoreBench.now + .seconds(30)
        try await bench.settle([
            bench.ended(
                batch, as: .waiting(.init(attempts: 1, dueAt: due, rejection: nil, isRefusedAlone: false)))
        ])
        #expect(try await bench.claimAll().isEmpty)
        #expect(try await bench.claimAll(at: due).ids == [1])
    }

    @Test func `a dead head releases the others, or blocks them when the journey has on_dead block`() async throws {
        for journey in [Workbench.users, LaneTests.blocking] {
            let bench = try await StoreBench(journey)
            try bench.insert(["a", "a"])
            let batch = try #require(try await bench.claimAll().first)
            let result = try await bench.settle([bench.ended(batch, as: StoreBench.dead)])
            #expect(result.released == [journey.name])
            let next = try await bench.claimAll()
            #expect(try next.ids == (journey.onDead == .block ? [] : [2]))
            #expect(try bench.lanes() == ["a": journey.onDead == .block ? [1] : [2]])
        }
    }

    @Test(arguments: ["delivered", "cancelled"])
    func
        `who was written and held up by a clock that was ahead is due once its turn comes, however the one before it ends`(
            end: String
        ) async throws
    {
        let bench = try await StoreBench()
        let today = WallTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        let ahead = today + .seconds(86_400)
        for contact in ["first", "second"] {
            try bench.run(
                """
                INSERT INTO outbox (journey, external_id, data, ordering_key, created_at)
                VALUES ('\(bench.journey.name)', '\(contact)', '{}', 'a', \(ahead.milliseconds))
                """)
        }
        let batch = try #require(try await bench.claimAll(at: ahead).first)
        if end == "delivered" {
            try await bench.settle([bench.delivered(batch)], at: today)
        } else {
            let waiting = Settlement.Waiting(
                attempts: 1, dueAt: today + .seconds(60), rejection: nil, isRefusedAlone: false)
            try await bench.settle([bench.ended(batch, as: .waiting(waiting))], at: today)
            try bench.run("DELETE FROM outbox_intents WHERE id = 1")
        }
        #expect(try await bench.claimAll(at: today + .seconds(60)).ids == [2])
    }

    @Test func `a head that the worker quarantines or finds expired blocks as well`() async throws {
        let bench = try await StoreBench(LaneTests.blocking)
        try bench.insert(["late", "late"], expiresAt: StoreBench.now - .seconds(1))
        try bench.run(
            """
            INSERT INTO outbox (journey, external_id, data, ordering_key) VALUES
              ('welcome', 'x', '{"a":1,"a":2}', 'unfit'), ('welcome', 'y', '{}', 'unfit')
            """)
        #expect(try await bench.claimAll().isEmpty)
        #expect(try bench.states() == [1: "dead", 2: "blocked", 3: "dead", 4: "blocked"])
        #expect(try bench.lanes() == ["late": [1], "unfit": [3]])
    }

    @Test func `intents that wait for their ordering key are counted and listed as blocked`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a", "a", "a"])
        _ = try await bench.claimAll()
        let connection = try OperatorConnection(path: bench.path, for: .looking)
        #expect(try StatusReport(connection, at: StoreBench.now).total[.blocked] == 2)
        let walk = IntentWalk(connection, filter: IntentFilter(states: [.blocked]), at: StoreBench.now)
        #expect(try walk.page(limit: 10).records.map(\.id) == [2, 3])
    }

    @Test func `a blocking dead head releases the others when discarded, and is sent first when retried`() async throws
    {
        for action in [IntentAction.discard, .retry] {
            let bench = try await StoreBench(LaneTests.blocking)
            try bench.insert(["a", "a"])
            let batch = try #require(try await bench.claimAll().first)
            try await bench.settle([bench.ended(batch, as: StoreBench.dead)])
            let connection = try OperatorConnection(path: bench.path, for: .changing)
            #expect(try IntentChange(connection, action, at: StoreBench.now).apply(to: .ids([1])).done == 1)
            let next = try await bench.claimAll()
            #expect(try next.ids == (action == .retry ? [1] : [2]))
            try await bench.settle(next.map(bench.delivered))
            #expect(try await bench.claimAll().ids == (action == .retry ? [2] : []))
        }
    }

    @Test func `a journey that no longer blocks releases the intents that its dead letters blocked`() async throws {
        let bench = try await StoreBench(LaneTests.blocking)
        try bench.insert(Array(repeating: ["a", "b", "c"], count: 2).flatMap { $0 })
        let batches = try await bench.claimAll()
        try await bench.settle(batches.map { bench.ended($0, as: StoreBench.dead) })
        #expect(try await bench.store.dueWork(journeys: ["welcome"], at: StoreBench.now).supplied.isEmpty)
        var round = Round(now: StoreBench.now, trustedTime: StoreBench.now)
        round.onDead = ["welcome": .continue]
        #expect(try await bench.store.commit(round).supplies["welcome"] == .more)
        #expect(try await bench.store.dueWork(journeys: ["welcome"], at: StoreBench.now).supplied == ["welcome"])
        round.onDead = [:]
        var order = bench.order()
        order.journey.onDead = .continue
        round.claims = [order]
        #expect(try await bench.store.commit(round).begun.ids.sorted() == [4, 5, 6])
    }

    @Test func `an overtaken dead letter that is retried is sent before those that still wait`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a", "a", "a"])
        let first = try #require(try await bench.claimAll().first)
        try await bench.settle([bench.ended(first, as: StoreBench.dead)])
        let second = try #require(try await bench.claimAll().first)
        #expect(try second.ids == [2])
        let connection = try OperatorConnection(path: bench.path, for: .changing)
        #expect(try IntentChange(connection, .retry, at: StoreBench.now).apply(to: .ids([1])).done == 1)
        #expect(try await bench.claimAll().isEmpty)
        #expect(try bench.states() == [1: "blocked", 2: "sending", 3: "blocked"])
        try await bench.settle([bench.delivered(second)])
        #expect(try await bench.claimAll().ids == [1])
    }

    @Test func `rows that a success marks dead release their lanes to later intents, never to one of themselves`()
        async throws
    {
        let bench = try await StoreBench()
        try bench.insert(["a", "a", "b", "b", nil])
        let batch = try #require(try await bench.claimAll().first)
        #expect(try batch.ids == [1, 3, 5])
        let due = StoreBench.now + .seconds(1)
        var settlement = bench.ended(
            batch,
            as: .waiting(
                .init(
                    attempts: 1, dueAt: due, rejection: Rejection(code: "x", message: ""), isRefusedAlone: true)))
        settlement.leaving[2] = nil
        settlement.provesJourneyWorks = true
        let result = try await bench.claim([settlement])
        #expect(try result.begun.ids == [2, 4])
        #expect(try bench.states() == [1: "dead", 2: "sending", 3: "dead", 4: "sending", 5: "delivered"])
    }

    @Test func `a success of rows without a key reports that rows marked dead released others`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a", "a"])
        let batch = try #require(try await bench.claimAll().first)
        try await bench.settle([
            bench.ended(
                batch,
                as: .waiting(
                    .init(
                        attempts: 1, dueAt: StoreBench.now + .seconds(99),
                        rejection: Rejection(code: "x", message: ""), isRefusedAlone: true)))
        ])
        try bench.insert([nil])
        var success = bench.delivered(try #require(try await bench.claimAll().first))
        success.provesJourneyWorks = true
        let result = try await bench.settle([success])
        #expect(result.released == ["welcome"])
        #expect(result.supplies == ["welcome": .more])
        #expect(try await bench.claimAll().ids == [2])
    }

    @Test func `in a batch that is partly in doubt, a proven row ends and a row in doubt keeps its lane`() async throws
    {
        let bench = try await StoreBench()
        try bench.insert(["a", "b", "a", "b"])
        let batch = try #require(try await bench.claimAll().first)
        var doubt = Settlement(batch: batch, fate: .inDoubt, record: AnswerRecord(code: "x"), unproven: [1])
        doubt.leaving = [:]
        try await bench.settle([doubt])
        let next = try await bench.claimAll()
        #expect(try next.ids == [3])
        #expect(try bench.states()[4] == "blocked")
        let connection = try OperatorConnection(path: bench.path, for: .changing)
        #expect(try ResolutionRun(connection, at: StoreBench.now).apply(.delivered, to: .all).resolved == 1)
        #expect(try await bench.claimAll().ids == [4])
    }

    @Test func `an intent that is resolved as resend is sent before younger ones`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a", "a"])
        let batch = try #require(try await bench.claimAll().first)
        try await bench.settle([
            Settlement(batch: batch, fate: .inDoubt, record: AnswerRecord(code: "x"), unproven: [0])
        ])
        #expect(try await bench.claimAll().isEmpty)
        let connection = try OperatorConnection(path: bench.path, for: .changing)
        #expect(try ResolutionRun(connection, at: StoreBench.now).apply(.resend, to: .all).resolved == 1)
        #expect(try await bench.claimAll().ids == [1])
    }
}
