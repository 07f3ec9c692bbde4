import Delivery
import GRDB
import Operation
import Testing

@testable import SQLiteStore
@testable import journey_outbox

@Suite struct IntentTests {
    /// One intent in each state but blocked: 1 and 2 in doubt, 3 sending, 4 scheduled, 5 pending, 101 dead, 102 retrying.
    private func everyState() async throws -> Scene {
        let scene = try Scene()
        try scene.enqueue(["a", "b"])
        _ = try await scene.doubt()
        try scene.enqueue(["c"])
        try await scene.freeze()
        try scene.enqueue(["d"], scheduledAt: Scene.now + .seconds(60))
        try scene.enqueue(["e"])
        try scene.insertDead(101...103)
        _ = try IntentChange(scene.changing(), .retry, at: Scene.now).apply(to: .ids([102]))
        _ = try IntentChange(scene.changing(), .discard, at: Scene.now).apply(to: .ids([103]))
        return scene
    }

    private func list(_ scene: Scene, _ filter: IntentFilter, limit: Int = 50) throws -> [String] {
        try IntentWalk(scene.looking(), filter: filter, at: Scene.now).page(limit: limit).records
            .map { "\($0.id) \($0.state.rawValue)" }
    }

    @Test func `every intent is listed with its state, and found by a filter for it`() async throws {
        let scene = try await everyState()
        #expect(
            try list(scene, IntentFilter()) == [
                "5 pending", "4 scheduled", "102 retrying", "3 sending", "1 in_doubt", "2 in_doubt", "101 dead",
                "103 cancelled",
            ])
        #expect(try list(scene, IntentFilter(states: [.inDoubt], contact: "b")) == ["2 in_doubt"])
        #expect(try list(scene, IntentFilter(states: [.scheduled])) == ["4 scheduled"])
        #expect(try list(scene, IntentFilter(contact: "e")) == ["5 pending"])
    }

    @Test(arguments: 1...4) func `pages of any size add up to the whole listing`(limit: Int) async throws {
        let scene = try await everyState()
        let walk = IntentWalk(try scene.looking(), filter: IntentFilter(), at: Scene.now)
        var ids: [Int64] = []
        var cursor: IntentPosition?
        repeat {
            let page = try walk.page(after: cursor, limit: limit)
            #expect(page.records.count <= limit && !page.records.isEmpty)
            ids += page.records.map(\.id)
            cursor = page.next
        } while cursor != nil
        #expect(ids == [5, 4, 102, 3, 1, 2, 101, 103])
    }

    @Test func `many intents due at one moment are listed across pages without loss`() throws {
        let scene = try Scene()
        let contacts = (1...25).map { "c\($0)" }
        try scene.enqueue(contacts, scheduledAt: Scene.now + .seconds(60))
        let walk = IntentWalk(try scene.looking(), filter: IntentFilter(states: [.scheduled]), at: Scene.now)
        let first = try walk.page(limit: 10)
        let second = try walk.page(after: first.next, limit: 100)
        #expect(first.records.map(\.id) + second.records.map(\.id) == Array(1...25))
        #expect(second.next == nil)
    }

    @Test func `a match behind many other rows is found window by window`() throws {
        let scene = try Scene()
        try scene.run("DROP TRIGGER outbox_guard")
        try scene.run(
            """
            INSERT INTO outbox (journey, external_id)
            WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
            SELECT 'welcome', 'cust_' || i FROM n
            """)
        #expect(try list(scene, IntentFilter(contact: "cust_11999")) == ["11999 pending"])
        let walk = IntentWalk(try scene.looking(), filter: IntentFilter(), at: Scene.now)
        #expect(try walk.count() == 12_000)
    }

    @Test func `cancelling ends waiting intents, and reports those that may have been sent without failing the rest`()
        async throws
    {
        let scene = try await everyState()
        let report = try IntentChange(scene.changing(), .cancel, at: Scene.now).apply(
            to: .ids([5, 3, 1, 4, 102, 101, 77]))
        #expect(report.done == 3)
        #expect(report.skipped.map(\.id) == [3, 1, 101, 77])
        #expect(report.skipped.map(\.state) == [.sending, .inDoubt, .dead, nil])
        #expect(try list(scene, IntentFilter(states: [.cancelled])).count == 4)
        #expect(try scene.count("SELECT count(*) FROM outbox_dedup WHERE dedup_key IN ('dedup-d', 'dedup-e')") == 0)
    }

    @Test func `cancelling a journey does not change other journeys`() throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b"], to: "welcome")
        try scene.enqueue(["c"], to: "farewell")
        let filter = IntentFilter(states: [.pending], journey: "welcome")
        let change = IntentChange(try scene.changing(), .cancel, at: Scene.now)
        #expect(try change.apply(to: .filter(filter), isDryRun: true).done == 2)
        #expect(try change.apply(to: .filter(filter)).done == 2)
        #expect(try scene.rows("SELECT journey FROM outbox").map { $0[0] } == ["farewell"])
    }

    @Test func `an invalid cursor is refused`() {
        #expect(IntentPosition(text: "nonsense") == nil)
        #expect(IntentPosition(text: "") == nil)
    }
}

extension IntentTests {
    @Test func `a listing and a change report their progress`() throws {
        let scene = try Scene()
        try scene.insertDead(1...700)
        var found: [Int] = []
        _ = try IntentWalk(scene.looking(), filter: IntentFilter(), at: Scene.now).page(limit: 20) { found.append($0) }
        #expect(found.last ?? 0 >= 20)
        var looked: [Int] = []
        _ = try IntentChange(scene.changing(), .retry, at: Scene.now).apply(
            to: .filter(IntentFilter(states: [.dead])), onProgress: { looked.append($0) })
        #expect(looked == [500, 700])
    }
}
