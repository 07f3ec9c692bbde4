import GRDB
import JourneyOutbox
import OutboxMigrations
import Testing

@testable import Delivery
@testable import SQLiteStore

/// Which intents of an ordering key a claim takes, round by round on a real database.
@Suite(.timeLimit(.minutes(2)))
struct LaneTests {
    static let blocking = Journey(name: "welcome", id: 33, onDead: .block)

    // MARK: What a claim takes

    @Test func `one intent of a key travels, the others wait, and those without a key are none of it`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a", "a", nil, "b", "a", nil, "b"])
        #expect(try await bench.claimAll().ids == [1, 3, 4, 6])
        #expect(try bench.states().filter { $0.value == "blocked" }.keys.sorted() == [2, 5, 7])
        #expect(try bench.lanes() == ["a": [1], "b": [4]])
        #expect(try bench.query("SELECT count(*) FROM outbox") == 0)
    }

    @Test func `the end of the open intent lets the oldest of its key go on in the same transaction`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a", "a", "a"])
        var travelled: [Int64] = []
        var batches = try await bench.claimAll()
        for _ in 0..<3 {
            let batch = try #require(batches.first)
            travelled += try batch.ids
            batches = try await bench.claim([bench.delivered(batch)]).begun
        }
        #expect(travelled == [1, 2, 3])
        #expect(batches.isEmpty)
        #expect(try bench.lanes().isEmpty)
    }

    @Test func `a key is one journey's own`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a"])
        try bench.run("INSERT INTO outbox (journey, external_id, ordering_key) VALUES ('other', 'c', 'a')")
        #expect(try await bench.claimAll().ids == [1])
        #expect(try bench.states()[2] == "pending")
    }

    @Test func `in the shape of one request per user the others of a key wait as well`() async throws {
        let bench = try await StoreBench(Workbench.entrance)
        try bench.insert(["a", "a", "b", "a", nil])
        let batches = try await bench.claimAll()
        #expect(try batches.ids == [1, 3, 5])
        try await bench.settle(batches.map(bench.delivered))
        #expect(try await bench.claimAll().ids == [2])
    }

    @Test func `a contact that repeats lets no younger intent of its key overtake it`() async throws {
        let bench = try await StoreBench()
        // 1 and 2 are one contact, so that 2 is passed over; 3 has the key of 2.
        try bench.insert([nil, "a", "a"], contact: { $0 < 2 ? "same" : "other" })
        let first = try await bench.claim()
        #expect(try first.begun.ids == [1])
        #expect(try await bench.claimAll().ids == [2])
        #expect(try bench.states()[3] == "blocked")
    }

    @Test func `the same contact is never twice in one batch, whatever the source`() async throws {
        let bench = try await StoreBench()
        try bench.insert([nil, nil, nil], contact: { _ in "same" })
        try bench.insert([nil, nil], contact: { _ in "same" }, scheduledAt: StoreBench.now - .seconds(1))
        let batches = try await bench.claimAll()
        #expect(batches.map(\.size) == [1, 1, 1, 1, 1])
        #expect(try batches.ids.sorted() == [1, 2, 3, 4, 5])
    }

    // MARK: Scheduled heads

    @Test func `a scheduled head holds younger ones back until its time, and then goes first`() async throws {
        let bench = try await StoreBench()
        let later = StoreBench.now + .seconds(3600)
        try bench.insert(["a"], scheduledAt: later)
        try bench.insert(["a", "b"])
        #expect(try await bench.claimAll().ids == [3])
        try bench.insert(["a"])
        #expect(try await bench.claimAll().isEmpty)
        #expect(try bench.states() == [1: "scheduled", 2: "blocked", 3: "sending", 4: "blocked"])
        let batches = try await bench.claimAll(at: later)
        #expect(try batches.ids == [1])
        try await bench.settle(batches.map(bench.delivered), at: later)
        #expect(try await bench.claimAll(at: later).ids == [2])
    }

    @Test func `a scheduled one in the middle is not overtaken either`() async throws {
        let bench = try await StoreBench()
        let later = StoreBench.now + .seconds(3600)
        try bench.insert(["a"])
        try bench.insert(["a"], scheduledAt: later)
        try bench.insert(["a"])
        let batches = try await bench.claimAll()
        #expect(try batches.ids == [1])
        try await bench.settle(batches.map(bench.delivered))
        #expect(try await bench.claimAll().isEmpty)
        #expect(try bench.lanes() == ["a": [2]])
        #expect(try bench.states()[3] == "blocked")
        #expect(try await bench.claimAll(at: later).ids == [2])
    }

    @Test func `of several scheduled ones the oldest goes first, though a younger one is due before it`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a"], scheduledAt: StoreBench.now + .seconds(20))
        try bench.insert(["a"], scheduledAt: StoreBench.now + .seconds(10))
        #expect(try await bench.claimAll(at: StoreBench.now + .seconds(15)).isEmpty)
        #expect(try bench.states() == [1: "scheduled", 2: "blocked"])
        #expect(try await bench.claimAll(at: StoreBench.now + .seconds(25)).ids == [1])
    }

    @Test func `an intent that expired while it waited is dead when its turn comes, and the next one goes`()
        async throws
    {
        let bench = try await StoreBench()
        try bench.insert(["a"])
        try bench.insert(["a"], expiresAt: StoreBench.now + .seconds(10))
        try bench.insert(["a"])
        let batches = try await bench.claimAll()
        let later = StoreBench.now + .seconds(60)
        try await bench.settle(batches.map(bench.delivered), at: later)
        #expect(try await bench.claimAll(at: later).ids == [3])
        #expect(try bench.states()[2] == "dead")
        #expect(try bench.query("SELECT code FROM outbox_dead") == "expired")
    }

    // MARK: Ends

    @Test func `a rejected head that waits for another turn keeps its lane`() async throws {
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

    @Test func `a dead head lets the others go on, or keeps them where the journey says block`() async throws {
        for journey in [Workbench.users, Self.blocking] {
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

    @Test func `a head that the worker itself finds unfit or too late blocks as well`() async throws {
        let bench = try await StoreBench(Self.blocking)
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

    @Test func `those that wait are counted and listed as blocked`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a", "a", "a"])
        _ = try await bench.claimAll()
        let connection = try OperatorConnection(path: bench.path, for: .looking)
        #expect(try StatusReport(connection, at: StoreBench.now).total[.blocked] == 2)
        let walk = IntentWalk(connection, filter: IntentFilter(states: [.blocked]), at: StoreBench.now)
        #expect(try walk.page(limit: 10).records.map(\.id) == [2, 3])
    }

    @Test func `a dead head that blocks lets go when it is discarded, and goes first when it is retried`() async throws
    {
        for action in [IntentChange.Action.discard, .retry] {
            let bench = try await StoreBench(Self.blocking)
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

    @Test func `a journey that blocks no longer lets go of what its dead letters kept`() async throws {
        let bench = try await StoreBench(Self.blocking)
        try bench.insert(Array(repeating: ["a", "b", "c"], count: 2).flatMap { $0 })
        let batches = try await bench.claimAll()
        try await bench.settle(batches.map { bench.ended($0, as: StoreBench.dead) })
        #expect(try await bench.store.survey(journeys: ["welcome"], at: StoreBench.now).supplied.isEmpty)
        var round = Round(now: StoreBench.now, reckoned: StoreBench.now)
        round.onDead = ["welcome": .continue]
        #expect(try await bench.store.commit(round).supplies["welcome"] == .more)
        #expect(try await bench.store.survey(journeys: ["welcome"], at: StoreBench.now).supplied == ["welcome"])
        round.onDead = [:]
        var order = bench.order()
        order.journey.onDead = .continue
        round.claims = [order]
        #expect(try await bench.store.commit(round).begun.ids.sorted() == [4, 5, 6])
    }

    @Test func `a dead letter that was overtaken and is retried goes before those that still wait`() async throws {
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

    @Test func `rows that a success condemns give their lanes to the next, and never to one of themselves`()
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

    @Test func `a success of rows without a key tells that condemned ones have freed others`() async throws {
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

    @Test func `in a batch that is partly in doubt the proven ends and the doubtful keeps its lane`() async throws {
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
        #expect(try Resolving(connection, at: StoreBench.now).apply(.delivered, to: .all).resolved == 1)
        #expect(try await bench.claimAll().ids == [4])
    }

    @Test func `what is resolved to be sent again goes before the younger ones`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a", "a"])
        let batch = try #require(try await bench.claimAll().first)
        try await bench.settle([
            Settlement(batch: batch, fate: .inDoubt, record: AnswerRecord(code: "x"), unproven: [0])
        ])
        #expect(try await bench.claimAll().isEmpty)
        let connection = try OperatorConnection(path: bench.path, for: .changing)
        #expect(try Resolving(connection, at: StoreBench.now).apply(.resend, to: .all).resolved == 1)
        #expect(try await bench.claimAll().ids == [1])
    }

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
        #expect(try await bench.store.survey(journeys: ["welcome"], at: StoreBench.now).supplied == ["welcome"])
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
        let bench = try await StoreBench(Self.blocking)
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
        let bench = try await StoreBench(Self.blocking)
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
