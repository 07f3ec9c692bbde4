@testable import Delivery
import Testing

@Suite struct MemberListTests {
    private static let rows = [
        Row(
            id: 1, attempts: 2, epoch: 3, externalID: "a\"\\\n\u{1F600}[]", anonymousID: "b", email: "c@d",
            profile: #" { "n" : 1.10 } "#, data: #"{"x":[1e2]}"#, orderingKey: "o]", dedupKey: "d\u{7}",
            scheduledAt: 5, expiresAt: .max, traceparent: "00-1-2-03", createdAt: -1, previousBatch: 9),
        Row(id: .max, externalID: nil, email: "only@mail"),
        Row(id: 3, externalID: "", profile: "{}", data: "{}"),
    ]

    @Test func `members are read back as they were written`() throws {
        let request = try #require(Make.request(Self.rows))
        let members = try request.members.decode()
        let first = members[0]
        #expect((first.id, first.attempts, first.epoch) == (1, 2, 3))
        #expect([first.externalID, first.anonymousID, first.email] == ["a\"\\\n\u{1F600}[]", "b", "c@d"])
        #expect([first.orderingKey, first.dedupKey, first.traceparent] == ["o]", "d\u{7}", "00-1-2-03"])
        #expect(first.scheduledAt == WallTime(milliseconds: 5) && first.expiresAt == WallTime(milliseconds: .max))
        #expect(first.createdAt == WallTime(milliseconds: -1) && first.previousBatch == 9)
        #expect(
            members[1].id == .max && members[1].externalID == nil && members[1].profile == nil && members[1].data == nil
        )
        #expect(members[2].externalID == "")
    }

    @Test func `the offsets give exactly the stored texts`() throws {
        let request = try #require(Make.request(Self.rows))
        let members = try request.members.decode()
        #expect(members[0].profile(in: request.body) == Array(#"{ "n" : 1.10 }"#.utf8))
        #expect(members[0].data(in: request.body) == Array(#"{"x":[1e2]}"#.utf8))
        #expect(members[1].profile(in: request.body) == nil)
        #expect(members[2].profile(in: request.body) == Array("{}".utf8))
        #expect(members[2].data(in: request.body) == Array("{}".utf8))
    }

    @Test func `a member that goes on is the same intent with the next epoch`() throws {
        let batch = try Make.batch(Self.rows)
        let members = try batch.members.decode()
        var builder = BatchBuilder(order: Make.order(), at: Make.now)
        for member in members { #expect(member.withRow(of: batch) { builder.offer($0) } == .taken) }
        let next = try #require(builder.freeze(outbox: Make.outbox))
        #expect(next.body == batch.body)
        #expect(next.key != batch.key)
        for (old, new) in zip(members, try next.members.decode()) {
            var expected = old
            expected.epoch += 1
            expected.previousBatch = batch.id
            #expect(new == expected)
        }
    }

    @Test(arguments: 0..<8) func `keeping some members changes neither their text nor their order`(mask: Int) throws {
        let list = try #require(Make.request(Self.rows)).members
        let kept = list.keeping { mask & (1 << $0) != 0 }
        let expected = try list.decode().enumerated().filter { mask & (1 << $0.offset) != 0 }.map(\.element)
        #expect(try kept.decode() == expected)
        if mask == 7 { #expect(kept == list) }
        if mask == 0 { #expect(kept.text == Array("[]".utf8)) }
    }

    @Test(arguments: ["", "{}", "[[1]]", "[1]", "[[\"a\"]]", "[["])
    func `a malformed list is an error`(text: String) {
        #expect(throws: (any Error).self) { try MemberList(text: Array(text.utf8)).decode() }
    }
}
