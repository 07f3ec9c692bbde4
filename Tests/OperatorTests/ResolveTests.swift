import ArgumentParser
import Delivery
import GRDB
import Operation
import Testing

@testable import SQLiteStore
@testable import journey_outbox

@Suite struct ResolveTests {
    private func resolving(_ scene: Scene) throws -> ResolutionRun {
        ResolutionRun(try scene.changing(), at: Scene.now)
    }

    @Test func `a batch resolved as delivered is settled, counted, and in the history`() async throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b"])
        let batch = try await scene.doubt()
        let report = try resolving(scene).apply(.delivered, to: .batch(batch))
        #expect((report.resolved, report.batches, report.notInDoubt) == (2, [batch], []))
        #expect(report.delivered.map(\.id) == [1, 2])
        let row = try #require(try scene.rows("SELECT * FROM outbox_batch").first)
        #expect([row["state"], row["outcome"]] as [String] == ["settled", "resolved"])
        #expect(row["settled_at"] == Scene.now.milliseconds)
        #expect(row["body"] as DatabaseValue == .null)
        #expect(try scene.count("SELECT delivered FROM outbox_journey") == 2)
        #expect(try scene.count("SELECT count(*) FROM outbox_history WHERE state = 'delivered'") == 2)
    }

    @Test func `a filter resolves exactly the intents in doubt that it matches`() async throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b"])
        _ = try await scene.doubt()
        let line = ["resolve", "--contact", "a", "--delivered"]
        let command = try #require(try JourneyOutboxCommand.parseAsRoot(line) as? ResolveCommand)
        try command.perform(Engine.engine(for: scene.path).operatorStore(for: .changing), at: Scene.now)
        #expect(try scene.count("SELECT delivered FROM outbox_journey") == 1)
        #expect(try scene.count("SELECT count(*) FROM outbox_intents WHERE state = 'in_doubt'") == 1)
    }

    @Test func `resend returns every row byte for byte, due now and with a new epoch`() async throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b"])
        let batch = try await scene.doubt()
        let report = try resolving(scene).apply(.resend, to: .all)
        #expect(report.resolved == 2)
        let rows = try scene.rows("SELECT * FROM outbox_waiting ORDER BY id")
        #expect(rows.map { $0["data"] } == [#"{"total":1.10,"of":"a"}"#, #"{"total":1.10,"of":"b"}"#])
        #expect(rows.map { $0["epoch"] } == [1, 1])
        #expect(rows.map { $0["attempts"] } == [0, 0])
        #expect(rows.map { $0["due_at"] } == [Scene.now.milliseconds, Scene.now.milliseconds])
        let row = try #require(try scene.rows("SELECT * FROM outbox_batch WHERE id = \(batch)").first)
        #expect([row["state"], row["outcome"], row["members"]] as [String] == ["settled", "resolved", "[]"])
        #expect(row["moved"] == #"{"retrying":[1,2]}"#)
        #expect(try scene.count("SELECT count(*) FROM outbox_history") == 0)
        #expect(try scene.count("SELECT count(*) FROM outbox_journey") == 0)
    }

    @Test(arguments: ResolutionChoice.allCases)
    func `members that were not named stay in doubt and can be resolved later`(
        verdict: ResolutionChoice
    ) async throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b", "c"])
        let batch = try await scene.doubt()
        let report = try resolving(scene).apply(verdict, to: .intents([2]))
        #expect((report.resolved, report.batches, report.notInDoubt) == (1, [batch], []))
        #expect(report.delivered.map(\.id) == (verdict == .delivered ? [2] : []))
        #expect(
            try scene.rows("SELECT id FROM outbox_intents WHERE state = 'in_doubt' ORDER BY id").map { $0[0] } == [
                1, 3,
            ])
        let gone = verdict == .delivered ? "outbox_history" : "outbox_waiting"
        #expect(try scene.rows("SELECT id FROM \(gone)").map { $0[0] } == [2])

        #expect(try resolving(scene).apply(.resend, to: .intents([3, 1])).resolved == 2)
        let rows = try scene.rows("SELECT id, data FROM outbox_waiting WHERE id <> 2 ORDER BY id")
        #expect(rows.map { $0["data"] } == [#"{"total":1.10,"of":"a"}"#, #"{"total":1.10,"of":"c"}"#])
        #expect(try scene.count("SELECT count(*) FROM outbox_batch WHERE state = 'in_doubt'") == 0)
    }

    @Test func `a partly resolved batch shows the state of its members`() async throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b", "c"])
        let batch = try await scene.doubt()
        _ = try resolving(scene).apply(.delivered, to: .intents([1]))
        _ = try resolving(scene).apply(.resend, to: .intents([2]))
        let detail = try #require(try BatchDetail.find(batch, scene.looking()))
        #expect(detail.moved == ["batches": [batch + 1], "retrying": [2]])
        #expect(detail.successors == [batch + 1])
        #expect(detail.members.map(\.id) == [3])
        #expect(detail.record.size == 1)
        let child = try #require(try BatchDetail.find(batch + 1, scene.looking()))
        #expect(child.record.parent == batch)
        #expect(child.record.key == detail.record.key)
        #expect(child.answers.last?.code == "resolved_delivered")
    }

    @Test func `an intent that is not in doubt is reported and not changed`() async throws {
        let scene = try Scene()
        try scene.enqueue(["a"])
        let sending = try await scene.freeze()
        try scene.enqueue(["b"])
        #expect(try resolving(scene).apply(.resend, to: .intents([1, 2, 9])).notInDoubt == [1, 2, 9])
        #expect(try resolving(scene).apply(.delivered, to: .batch(sending)).notInDoubt == [sending])
        #expect(try scene.count("SELECT count(*) FROM outbox_batch WHERE state = 'sending' AND size = 1") == 1)
    }

    @Test func `a dry run counts and changes nothing, and a journey filter excludes other journeys`() async throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b"])
        _ = try await scene.doubt()
        try scene.enqueue(["c"], to: "farewell")
        _ = try await scene.doubt("farewell")
        #expect(try resolving(scene).apply(.resend, to: .all, isDryRun: true).resolved == 3)
        #expect(try scene.count("SELECT count(*) FROM outbox_batch WHERE state = 'in_doubt'") == 2)
        #expect(try resolving(scene).apply(.delivered, to: .journey("farewell")).resolved == 1)
        #expect(
            try scene.rows("SELECT journey FROM outbox_batch WHERE state = 'in_doubt'").map { $0[0] } == ["welcome"])
    }
}

extension ResolveTests {
    @Test func `progress is reported after each transaction`() async throws {
        let scene = try Scene()
        for contact in ["a", "b", "c"] {
            try scene.enqueue([contact])
            _ = try await scene.doubt()
        }
        var shares: [Double] = []
        _ = try ResolutionRun(scene.changing(), at: Scene.now).apply(.delivered, to: .all) { share in
            shares.append(share)
            // The write lock is free between the transactions.
            do { try scene.run("UPDATE outbox_meta SET value = value") } catch { Issue.record("\(error)") }
        }
        #expect(shares.last == 1)
    }
}
