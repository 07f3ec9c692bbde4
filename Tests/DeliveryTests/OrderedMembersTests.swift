import Testing

@testable import Delivery

struct OrderedMembersTests {
    @Test func `members with an ordering key are found by index and id, whatever their texts contain`() throws {
        let rows = [
            Row(id: 7, externalID: "a"),
            Row(id: 1_234_567_890_123, externalID: #"q"uo\te,[1]"#, orderingKey: #"k","[\"#),
            Row(id: 9, externalID: "c", data: #"{"x":[1,2,"7"]}"#, dedupKey: "d"),
            Row(id: 10, externalID: "[[\"", orderingKey: "1"),
        ]
        let list = try Make.batch(rows).members
        #expect(list.ordered.map(\.place) == [1, 3])
        #expect(list.ordered.map(\.id) == [1_234_567_890_123, 10])
        #expect(try list.decode().map { $0.orderingKey != nil } == [false, true, false, true])
        #expect(list.hasOrderingKeys)
        #expect(!list.keeping { $0 == 0 || $0 == 2 }.hasOrderingKeys)
        #expect(!MemberList(text: Array("[]".utf8)).hasOrderingKeys)
        #expect(!MemberList(text: Array(#"[[1,0,0,"cut"#.utf8)).hasOrderingKeys)
    }
}
