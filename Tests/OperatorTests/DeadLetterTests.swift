import Delivery
import GRDB
import Operation
import Testing

@testable import SQLiteStore
@testable import journey_outbox

@Suite struct DeadLetterTests {
    @Test func `a listing contains every dead letter once, page by page`() throws {
        let scene = try Scene()
        try scene.insertDead(1...7)
        try scene.insertDead(8...12, journey: "farewell")
        let walk = IntentWalk(try scene.looking(), filter: IntentFilter(states: [.dead]), at: Scene.now)
        var ids: [Int64] = []
        var cursor: IntentPosition?
        var pages = 0
        repeat {
            let page = try walk.page(after: cursor, limit: 4)
            ids += page.records.map(\.id)
            cursor = try page.next.map { try #require(IntentPosition(text: try $0.text)) }
            pages += 1
        } while cursor != nil
        #expect(ids == [8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7])
        #expect(pages == 3)
    }

    @Test func `filters find a journey, a code, any identity, and an age`() throws {
        let scene = try Scene()
        try scene.insertDead(1...3)
        try scene.insertDead(4...5, journey: "farewell", code: "expired")
        func ids(_ filter: IntentFilter) throws -> [Int64] {
            var filter = filter
            filter.states = [.dead]
            return try IntentWalk(scene.looking(), filter: filter, at: Scene.now).page(limit: 50).records.map(\.id)
        }
        #expect(try ids(IntentFilter(journey: "farewell")) == [4, 5])
        #expect(try ids(IntentFilter(code: "invalid_email")) == [1, 2, 3])
        #expect(try ids(IntentFilter(contact: "cust_2")) == [2])
        #expect(try ids(IntentFilter(contact: "c5@example.com")) == [5])
        let death = WallTime(milliseconds: Scene.now.milliseconds - 3_600_000 + 2)
        #expect(try ids(IntentFilter(before: death)) == [1, 2])
        #expect(try ids(IntentFilter(journey: "nobody")) == [])
    }

    @Test func `a retried letter waits under a new epoch, with all its attempts and its dedup key`() throws {
        let scene = try Scene()
        try scene.insertDead([1])
        let report = try IntentChange(scene.changing(), .retry, at: Scene.now).apply(to: .ids([1]))
        #expect(report.done == 1)
        let row = try #require(try scene.rows("SELECT * FROM outbox_waiting").first)
        #expect(row["state"] == "retrying")
        #expect([row["epoch"], row["attempts"]] as [Int] == [3, 0])
        #expect(row["due_at"] == Scene.now.milliseconds)
        #expect(row["data"] == #"{"total":1.10}"#)
        #expect(row["code"] as String? == nil)
        #expect(try scene.count("SELECT count(*) FROM outbox_dead") == 0)
        #expect(try scene.count("SELECT count(*) FROM outbox_dedup WHERE intent_id = 1") == 1)
    }

    @Test func `a discarded letter stays as cancelled and frees its dedup key`() throws {
        let scene = try Scene()
        try scene.insertDead(1...2)
        let report = try IntentChange(scene.changing(), .discard, at: Scene.now).apply(to: .ids([1]))
        #expect(report.done == 1)
        #expect(try scene.rows("SELECT state FROM outbox_dead ORDER BY id").map { $0[0] } == ["cancelled", "dead"])
        #expect(try scene.rows("SELECT intent_id FROM outbox_dedup").map { $0[0] } == [2])
    }

    @Test func `a filter retries thousands of letters in several transactions, and none twice`() throws {
        let scene = try Scene()
        try scene.insertDead(1...1700)
        try scene.insertDead(2001...2005, journey: "farewell")
        let filter = IntentFilter(states: [.dead], journey: "welcome")
        let report = try IntentChange(scene.changing(), .retry, at: Scene.now).apply(to: .filter(filter))
        #expect(report.done == 1700)
        #expect(report.skippedCount == 0)
        #expect(try scene.count("SELECT count(*) FROM outbox_waiting WHERE epoch = 3") == 1700)
        #expect(try scene.count("SELECT count(*) FROM outbox_dead") == 5)
    }

    @Test(arguments: [IntentAction.retry, .discard])
    func `a dry run reports the same and changes nothing`(action: IntentAction) throws {
        let scene = try Scene()
        try scene.insertDead(1...3)
        let before = try scene.rows("SELECT * FROM outbox_dead")
        let change = IntentChange(try scene.changing(), action, at: Scene.now)
        let report = try change.apply(to: .ids([2, 99]), isDryRun: true)
        #expect(report.done == 1)
        #expect(report.skipped.map(\.id) == [99])
        #expect(try change.apply(to: .filter(IntentFilter(states: [.dead])), isDryRun: true).done == 3)
        #expect(try scene.rows("SELECT * FROM outbox_dead") == before)
    }

    @Test func `an intent that is no dead letter is reported and not changed`() throws {
        let scene = try Scene()
        try scene.enqueue(["a"])
        let report = try IntentChange(scene.changing(), .retry, at: Scene.now).apply(to: .ids([1, 77]))
        #expect(report.done == 0)
        #expect(report.skipped.map(\.state) == [.pending, nil])
        #expect(try scene.count("SELECT count(*) FROM outbox") == 1)
    }

    @Test func `a letter's payload is shown digit for digit, and invalid JSON as a string`() throws {
        let scene = try Scene()
        try scene.insertDead(1...2)
        try scene.run(#"UPDATE outbox_dead SET data = '{"n":1.10,"n":1e999}', profile = '{"a": 1e2}' WHERE id = 2"#)
        let first = try #require(try DeadLetter.find(1, scene.looking()))
        #expect(first.json.text.contains(#""profile":null,"data":{"total":1.10}}"#))
        let second = try #require(try DeadLetter.find(2, scene.looking()))
        #expect(second.json.text.contains(#""profile":{"a": 1e2},"data":"{\"n\":1.10,\"n\":1e999}"}"#))
        #expect(try DeadLetter.find(3, scene.looking()) == nil)
    }
}
