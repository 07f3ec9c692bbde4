@testable import Delivery
import Testing

@Suite struct BatchBuilderTests {
    private static func body(_ rows: [Row], _ shape: Shape = .users) throws -> String {
        String(decoding: try #require(Make.request(rows, shape)).body, as: UTF8.self)
    }

    @Test func `a request with many users has the expected bytes`() throws {
        let rows = [
            Row(
                id: 1, externalID: "a", anonymousID: "b", email: "c", profile: #"{"first":"Ä","n":1.10}"#,
                data: #"{"k":1e2}"#),
            Row(id: 2, externalID: nil, anonymousID: nil, email: "d@e", profile: " { } ", data: nil),
            Row(id: 3, externalID: "f", profile: nil, data: "{ }"),
        ]
        #expect(
            try Self.body(rows)
                == #"{"users":[{"external_id":"a","anonymous_id":"b","email":"c","first":"Ä","n":1.10,"data":{"k":1e2}},"#
                + #"{"email":"d@e" },{"external_id":"f","data":{ }}]}"#)
    }

    @Test func `a request with one user has the expected bytes`() throws {
        let row = Row(
            id: 1, externalID: "a", email: "b", profile: #"{"tz":"UTC"}"#, data: #"{"n":12345678901234567890123}"#)
        #expect(
            try Self.body([row], .entrance)
                == #"{"entrance_id":42,"user":{"external_id":"a","email":"b","tz":"UTC"},"event":{"n":12345678901234567890123}}"#
        )
        #expect(try Self.body([Row()], .entrance) == #"{"entrance_id":42,"user":{"external_id":"a"},"event":{}}"#)
    }

    @Test func `only identities are escaped`() throws {
        let row = Row(externalID: "\"\\/\u{8}\u{1F}\u{7F}é😀", profile: #"{"a":"\u00e9\/"}"#)
        #expect(
            try Self.body([row])
                == "{\"users\":[{\"external_id\":\"\\\"\\\\/\\u0008\\u001f\u{7F}é😀\",\"a\":\"\\u00e9\\/\"}]}")
    }

    @Test func `a frozen request has the ids of its rows and the digest of its body`() throws {
        let request = try #require(Make.request([Row(id: 9, externalID: "a"), Row(id: 4, epoch: 2, externalID: "b")]))
        #expect((request.size, request.firstID, request.lastID) == (2, 4, 9))
        #expect(request.bodySHA256 == IdempotencyKey.digest(ofBody: request.body))
        #expect(
            request.key
                == IdempotencyKey.derive(outbox: Make.outbox, target: Make.target(), members: [(9, 0), (4, 2)]))
    }

    @Test func `a builder without rows freezes no request`() {
        #expect(Make.request([]) == nil)
        #expect(Make.request([Row(expiresAt: 0)]) == nil)
    }

    // MARK: Limits

    @Test func `the body never exceeds its limit, and the row that does not fit starts the next batch`() throws {
        let rows = Make.rows(10)
        let whole = try #require(Make.request(rows)).body.count
        for limit in 1...(whole + 2) {
            var builder = BatchBuilder(order: Make.order(bodyBytesMax: limit), at: Make.now)
            let taken = rows.prefix { $0.offer(to: &builder) == .taken }.count
            let body = try #require(builder.freeze(outbox: Make.outbox)).body
            #expect(taken >= 1)
            #expect(body.count <= limit || taken == 1)
            #expect(String(decoding: body, as: UTF8.self) == (try Self.body(Array(rows.prefix(taken)))))
            if limit >= whole { #expect(taken == 10) }
        }
    }

    @Test func `a batch has at most as many rows as allowed, and one row when a request carries one user`() {
        var users = BatchBuilder(order: Make.order(rowsMax: 3), at: Make.now)
        #expect(Make.rows(4).map { $0.offer(to: &users) } == [.taken, .taken, .taken, .full])
        #expect(users.isFull)
        var entrance = BatchBuilder(order: Make.order(.entrance), at: Make.now)
        #expect(Make.rows(2).map { $0.offer(to: &entrance) } == [.taken, .full])
    }

    // MARK: Contacts

    @Test(arguments: [
        (Row(id: 2, externalID: "a"), true), (Row(id: 2, externalID: "x", anonymousID: "b"), true),
        (Row(id: 2, externalID: nil, email: "c"), true),
        (Row(id: 2, externalID: "b", anonymousID: "c", email: "a"), false),
        (Row(id: 2, externalID: "A", email: "C"), false),
    ]) func `a request has a contact only once, compared by each identity`(row: Row, isRepeated: Bool) {
        var builder = BatchBuilder(order: Make.order(), at: Make.now)
        #expect(Row(externalID: "a", anonymousID: "b", email: "c").offer(to: &builder) == .taken)
        #expect(row.offer(to: &builder) == (isRepeated ? .repeatedContact : .taken))
    }

    @Test func `the contact of a row that was not taken may be in the batch`() {
        var builder = BatchBuilder(order: Make.order(), at: Make.now)
        #expect(Row(id: 1, externalID: "a", data: "[]").offer(to: &builder) == .unsendable(.invalidJSON))
        #expect(Row(id: 2, externalID: "a").offer(to: &builder) == .taken)
    }

    // MARK: Unsendable rows

    @Test(
        arguments: [
            (Row(externalID: Text([0xFF])), .invalidUTF8), (Row(anonymousID: Text([0xFF])), .invalidUTF8),
            (Row(email: Text([0xC3])), .invalidUTF8), (Row(orderingKey: Text([0x80])), .invalidUTF8),
            (Row(dedupKey: Text([0x80])), .invalidUTF8), (Row(data: Text([0x7B, 0xFF])), .invalidUTF8),
            (Row(profile: "[]"), .invalidJSON), (Row(data: "{"), .invalidJSON), (Row(data: "{}{}"), .invalidJSON),
            (Row(profile: #"{"a":1,"a":2}"#), .duplicateKey), (Row(data: #"{"a":1e999}"#), .numberOutOfRange),
            (Row(data: Text(stringLiteral: #"{"a":"# + String(repeating: "[", count: 600) + "}")), .tooDeep),
            (Row(expiresAt: Make.now.milliseconds), .expired), (Row(expiresAt: Make.now.milliseconds - 1), .expired),
            (Row(expiresAt: .min), .expired),
        ] as [(Row, Unsendable)]) func `a row because of which the API would refuse the request is not taken`(
            row: Row, reason: Unsendable
        )
    {
        var builder = BatchBuilder(order: Make.order(), at: Make.now)
        #expect(row.offer(to: &builder) == .unsendable(reason))
        #expect(builder.isEmpty)
        #expect(Row(id: 2, externalID: "z").offer(to: &builder) == .taken)
    }

    @Test func `a row is sent until the millisecond in which it expires`() {
        var builder = BatchBuilder(order: Make.order(), at: Make.now)
        #expect(Row(expiresAt: Make.now.milliseconds + 1).offer(to: &builder) == .taken)
    }

    @Test func `a request with one user needs an external id`() {
        var builder = BatchBuilder(order: Make.order(.entrance), at: Make.now)
        #expect(Row(externalID: nil, email: "a").offer(to: &builder) == .unsendable(.externalIDMissing))
    }

    @Test(arguments: Unsendable.allCases) func `every reason has a message`(reason: Unsendable) {
        #expect(reason == .expired || reason.rawValue.hasPrefix("unsendable_"))
        #expect(!reason.message.isEmpty)
    }

    // MARK: Traces

    @Test(
        arguments: [(["t", "t"], "t"), (["t", "u"], nil), (["t", nil], nil), ([nil, "t"], nil), ([nil, nil], nil)]
            as [([Text?], String?)])
    func `a request has a trace context only when all its rows have the same one`(traces: [Text?], shared: String?)
        throws
    {
        let rows = zip(Make.rows(2), traces).map { row, trace in
            var row = row
            row.traceparent = trace
            return row
        }
        #expect(try #require(Make.request(rows)).traceparent == shared)
    }
}
