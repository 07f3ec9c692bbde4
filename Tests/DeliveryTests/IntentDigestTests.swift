import Testing

@testable import Delivery

@Suite struct IntentDigestTests {
    private static let rows: [Row] = {
        var plain = Row(id: 1, attempts: 0, externalID: "u1")
        plain.profile = nil
        plain.data = nil
        var full = Row(id: 2, attempts: 0, externalID: #"u "2" \ ü\#u{1}"#)
        full.email = "a@b,c]d.example"
        full.orderingKey = "o"
        full.dedupKey = "d,[\"]"
        full.profile = #" {"a":1.10,"b":[1,2]} "#
        full.data = #"{"order":"7,]\""}"#
        var empty = Row(id: 3, attempts: 0, externalID: "u3")
        empty.profile = "{}"
        empty.data = "{}"
        return [plain, full, empty]
    }()

    @Test(arguments: [Shape.users, .entrance])
    func `a row and the member it became have one digest`(shape: Shape) throws {
        for row in Self.rows {
            let batch = try Make.batch([row], shape)
            let own = row.read { IntentDigest($0, journey: "welcome") }
            #expect(own != nil)
            #expect(IntentDigest.members(of: batch) == [own].compactMap { $0 })
        }
    }

    @Test func `digests are in the order of the request, also after some members have left`() throws {
        let batch = try Make.batch(Self.rows)
        let digests = try #require(IntentDigest.members(of: batch))
        #expect(digests.map(\.id) == [1, 2, 3])
        #expect(Set(digests.map(\.digest)).count == 3)
        let contents = try #require(batch.members.keeping { $0 != 1 }.contents())
        #expect(contents.map(\.id) == [1, 3])
    }

    @Test func `a digest depends on the journey and on everything that the producer gave`() {
        let base = Self.rows[1]
        func digest(_ journey: String = "welcome", _ change: (inout Row) -> Void = { _ in }) -> UInt64? {
            var row = base
            change(&row)
            return row.read { IntentDigest($0, journey: journey)?.digest }
        }
        let all = [
            digest(), digest("other"), digest { $0.externalID = "x" }, digest { $0.email = nil },
            digest { $0.orderingKey = nil }, digest { $0.dedupKey = "e" }, digest { $0.profile = #"{"a":1.1}"# },
            digest { $0.profile = nil }, digest { $0.data = nil }, digest { $0.data = "{}" },
        ]
        #expect(Set(all.map { $0 ?? 0 }).count == all.count)
        // What the worker changes does not count.
        #expect(digest { $0.attempts = 3 } == digest())
    }

    @Test func `a row that cannot be sent has no digest`() {
        var row = Self.rows[0]
        row.profile = #"{"a":1,"a":2}"#
        #expect(row.read { IntentDigest($0, journey: "welcome") } == nil)
    }

    @Test func `a malformed member list has no digests`() throws {
        var batch = try Make.batch(Self.rows)
        batch = Batch(
            id: batch.id, journey: batch.journey, key: batch.key, target: batch.target,
            apiKeyFingerprint: batch.apiKeyFingerprint, traceparent: nil, parent: nil, size: 1, body: [],
            members: MemberList(text: Array("[[1,2".utf8)), frozenAt: batch.frozenAt, attempt: 1,
            possiblyExecutedSince: nil, possiblyExecutedBefore: nil, replays: 0)
        #expect(IntentDigest.members(of: batch) == nil)
    }
}
