import GRDB
import JourneyOutbox
import OutboxMigrations
import Testing

@testable import Delivery
@testable import SQLiteStore

/// Lanes through cancelling, retention and an upgrade.
@Suite(.timeLimit(.minutes(2)))
struct LaneChangeTests {
    // MARK: Cancelling

    @Test(arguments: [
        "DELETE FROM outbox_intents WHERE id = 1", "DELETE FROM outbox WHERE id = 1",
        "DELETE FROM outbox_intents WHERE id IN (1, 2)", "DELETE FROM outbox WHERE id = 1 RETURNING id",
    ])
    func `cancelling a head that is scheduled lets the next one go`(sql: String) async throws {
        let bench = try await StoreBench()
        try bench.insert(["a"], scheduledAt: StoreBench.now + .seconds(3600))
        try bench.insert(["a", "a"])
        #expect(try await bench.claimAll().isEmpty)
        try bench.run(sql)
        #expect(try await bench.store.dueWork(journeys: ["welcome"], at: StoreBench.now).supplied == ["welcome"])
        #expect(try await bench.claimAll().ids == (sql.contains("(1, 2)") ? [3] : [2]))
    }

    @Test func `cancelling a head that waits for another turn lets the next one go`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a", "a", "a"])
        let batch = try #require(try await bench.claimAll().first)
        try await bench.settle([
            bench.ended(
                batch,
                as: .waiting(
                    .init(
                        attempts: 1, dueAt: StoreBench.now + .seconds(99), rejection: nil, isRefusedAlone: false)))
        ])
        try bench.run("DELETE FROM outbox_intents WHERE id = 2")
        #expect(try bench.lanes() == ["a": [1]])
        try bench.run("DELETE FROM outbox_intents WHERE id = 1")
        #expect(try await bench.claimAll().ids == [3])
    }

    @Test func `cancelling all of a key leaves nothing behind`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a"], scheduledAt: StoreBench.now + .seconds(3600))
        try bench.insert(["a", "a"])
        #expect(try await bench.claimAll().isEmpty)
        try bench.insert(["a"])
        try bench.run("DELETE FROM outbox_intents")
        #expect(Set(try bench.states().values) == ["cancelled"])
        #expect(try bench.lanes().isEmpty)
    }

    // MARK: Records

    @Test func `a dead letter that keeps its lane outlives the retention, and the others do not`() async throws {
        let bench = try await StoreBench(LaneTests.blocking)
        try bench.insert(["a", "a", nil])
        let batch = try #require(try await bench.claimAll().first)
        try await bench.settle([bench.ended(batch, as: StoreBench.dead)])
        let after = StoreBench.now + .seconds(1)
        while try await bench.store.prune(before: after) {}
        #expect(try bench.states() == [1: "dead", 2: "blocked"])
        let connection = try OperatorConnection(path: bench.path, for: .changing)
        #expect(try IntentChange(connection, .discard, at: StoreBench.now).apply(to: .ids([1])).done == 1)
        while try await bench.store.prune(before: after) {}
        #expect(try bench.states() == [2: "retrying"])
    }

    @Test func `many dead letters that keep their lanes keep no other from being pruned`() async throws {
        let bench = try await StoreBench(LaneTests.blocking)
        let count = 2 * Pruning.stepMax + 10
        try bench.insert((0..<count).map { "k\($0)" })
        for batch in try await bench.claimAll() { try await bench.settle([bench.ended(batch, as: StoreBench.dead)]) }
        try bench.insert([nil])
        let last = try #require(try await bench.claimAll().first)
        let later = StoreBench.now + .seconds(1)
        try await bench.settle([bench.ended(last, as: StoreBench.dead)], at: later)
        var steps = 0
        while try await bench.store.prune(before: later + .seconds(1)) { steps += 1 }
        #expect(try bench.query("SELECT count(*) FROM outbox_dead") == count)
        #expect(try bench.query("SELECT count(*) FROM outbox_dead WHERE ordering_key IS NULL") == 0)
        #expect(steps < count)
    }

    // MARK: An outbox from before there were lanes

    @Test func `after an upgrade nothing overtakes what is under way already`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a", nil, nil])
        let first = try #require(try await bench.claim().begun.first)
        #expect(try first.ids == [1, 2, 3])
        try bench.insert([nil])
        let second = try #require(try await bench.claim().begun.first)
        // As a worker without lanes leaves it: two batches under way with one key, one row waiting, none of them held.
        try await bench.business.write { db in
            for migration in Migrations.all.suffix(from: 10).reversed() { try db.execute(sql: migration.down) }
            try db.execute(
                sql: "UPDATE outbox_batch SET members = json_set(members, '$[0][6]', 'a') WHERE id = ?",
                arguments: [second.id])
            try db.execute(
                sql: """
                    INSERT INTO outbox_waiting (id, journey, external_id, ordering_key, created_at, state, attempts, epoch,
                      due_at, updated_at) VALUES (0, 'welcome', 'c0', 'a', 1, 'retrying', 1, 1, 1, 1)
                    """)
        }
        try bench.insert(["a", "a", "b"])
        #expect(try Outbox.migrate(bench.business).first == "0011_outbox_lane")
        #expect(try bench.lanes() == ["a": [1, 4]])
        let others = try await bench.claimAll()
        #expect(try others.ids == [7])

        let inherited = try await bench.store.takeOver(at: StoreBench.now).batches
        try await bench.settle([bench.delivered(inherited[0])])
        #expect(try await bench.claimAll().isEmpty)
        try await bench.settle([bench.delivered(inherited[1])])
        var travelled: [Int64] = []
        for _ in 0..<3 {
            let batches = try await bench.claimAll()
            travelled += try batches.ids
            try await bench.settle(batches.map(bench.delivered))
        }
        #expect(travelled == [0, 5, 6])
    }

    @Test func `taking the lanes back strands no row`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a", "a"])
        _ = try await bench.claimAll()
        try await bench.business.write { db in
            for migration in Migrations.all.suffix(from: 10).reversed() { try db.execute(sql: migration.down) }
        }
        #expect(try bench.query("SELECT state FROM outbox_waiting WHERE id = 2") == "retrying")
    }
}
