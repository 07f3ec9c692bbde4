import GRDB
import JourneyOutbox
import OutboxMigrations
import Testing

@testable import Delivery
@testable import SQLiteStore

/// Which intents of an ordering key a claim takes, in rounds on a real database.
@Suite(.timeLimit(.minutes(2)))
struct LaneTests {
    static let blocking = Journey(name: "welcome", id: 33, onDead: .block)

    // MARK: What a claim takes

    @Test func `one intent of a key is sent, the others wait, and intents without a key are not affected`() async throws
    {
        let bench = try await StoreBench()
        try bench.insert(["a", "a", nil, "b", "a", nil, "b"])
        #expect(try await bench.claimAll().ids == [1, 3, 4, 6])
        #expect(try bench.states().filter { $0.value == "blocked" }.keys.sorted() == [2, 5, 7])
        #expect(try bench.lanes() == ["a": [1], "b": [4]])
        #expect(try bench.query("SELECT count(*) FROM outbox") == 0)
    }

    @Test func `the end of the open intent releases the oldest of its key in the same transaction`() async throws {
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

    @Test func `an ordering key belongs to one journey`() async throws {
        let bench = try await StoreBench()
        try bench.insert(["a"])
        try bench.run("INSERT INTO outbox (journey, external_id, ordering_key) VALUES ('other', 'c', 'a')")
        #expect(try await bench.claimAll().ids == [1])
        #expect(try bench.states()[2] == "pending")
    }

    @Test func `with one request for each user, the others of a key wait as well`() async throws {
        let bench = try await StoreBench(Workbench.entrance)
        try bench.insert(["a", "a", "b", "a", nil])
        let batches = try await bench.claimAll()
        #expect(try batches.ids == [1, 3, 5])
        try await bench.settle(batches.map(bench.delivered))
        #expect(try await bench.claimAll().ids == [2])
    }

    @Test func `an intent that is passed over for its contact is not overtaken by a younger one of its key`()
        async throws
    {
        let bench = try await StoreBench()
        // Intents 1 and 2 have one contact, so that 2 is passed over. Intent 3 has the key of 2.
        try bench.insert([nil, "a", "a"], contact: { $0 < 2 ? "same" : "other" })
        let first = try await bench.claim()
        #expect(try first.begun.ids == [1])
        #expect(try await bench.claimAll().ids == [2])
        #expect(try bench.states()[3] == "blocked")
    }

    @Test func `the same contact is never twice in one batch, from any table`() async throws {
        let bench = try await StoreBench()
        try bench.insert([nil, nil, nil], contact: { _ in "same" })
        try bench.insert([nil, nil], contact: { _ in "same" }, scheduledAt: StoreBench.now - .seconds(1))
        let batches = try await bench.claimAll()
        #expect(batches.map(\.size) == [1, 1, 1, 1, 1])
        #expect(try batches.ids.sorted() == [1, 2, 3, 4, 5])
    }

    // MARK: Scheduled heads

    @Test func `a scheduled head blocks younger ones until its time, and is then sent first`() async throws {
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

    @Test func `a scheduled intent in the middle is not overtaken either`() async throws {
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

    @Test func `of several scheduled intents the oldest is sent first, although a younger one is due earlier`()
        async throws
    {
        let bench = try await StoreBench()
        try bench.insert(["a"], scheduledAt: StoreBench.now + .seconds(20))
        try bench.insert(["a"], scheduledAt: StoreBench.now + .seconds(10))
        #expect(try await bench.claimAll(at: StoreBench.now + .seconds(15)).isEmpty)
        #expect(try bench.states() == [1: "scheduled", 2: "blocked"])
        #expect(try await bench.claimAll(at: StoreBench.now + .seconds(25)).ids == [1])
    }

    @Test func `an intent that expired while it waited is dead when it is released, and the next one is sent`()
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
}
