@testable import Delivery
import Testing

@Suite struct AcceptanceTests {
    /// A 2xx and what it proves about three users: `+` delivered, `-` rejected, `?` unproven.
    struct Case: Sendable, CustomTestStringConvertible {
        var body: String
        var proves: String
        var status = 200

        var testDescription: String { "\(status) \(body.prefix(100))" }

        init(_ body: String, _ proves: String, status: Int = 200) {
            (self.body, self.proves, self.status) = (body, proves, status)
        }

        static let dialects = [
            Case(#"{"success":true}"#, "+++"),
            Case(#" { "success" : true } "#, "+++"),
            Case(#"{"entrances_created":3}"#, "+++"),
            Case(#"{"entrances_created":3,"errors":[]}"#, "+++"),
            Case(#"{"created":3,"took_ms":1.5,"big":123456789012345678901234567890}"#, "+++"),
            Case(#"{"count":3,"errors":null,"failed":null,"error":null}"#, "+++"),
            Case(#"{"entrances_created":2,"errors":[{"index":1,"external_id":"u2","code":"c","message":"m"}]}"#, "+-+"),
            Case(#"{"count":2,"errors":[{"external_id":"u3","code":"c"}]}"#, "++-"),
            Case(
                #"{"created":1,"errors":[{"param":"users[0].email","code":"c"},{"param":"users.2","code":"d"}]}"#, "-+-"
            ),
            Case(#"{"created":2,"errors":[{"index":0,"param":"users[0].a"},{"index":0,"param":"users[0].b"}]}"#, "-++"),
            Case(#"{"success":true,"errors":[{"index":2,"error":{"code":"c","message":"m"}}]}"#, "++-"),
            Case(
                #"{"results":[{"index":0,"external_id":"u1"},{"index":1},{"index":2,"external_id":"u3","anonymous_id":"made up"}],"succeeded":3,"failed":0}"#,
                "+++"),
            Case(
                #"{"results":[{"index":0},{"index":1,"error":{"code":"resource_missing","message":"m"}},{"index":2}],"succeeded":2,"failed":1}"#,
                "+-+"),
            Case(#"{"results":[{"index":0},{"index":1,"error":"no"},{"index":2,"error":false}]}"#, "+-+"),
            Case(#"{"results":[{"external_id":"u3","status":"created"},{"external_id":"u1","success":true}]}"#, "+?+"),
            Case("", "+++", status: 202), Case("", "+++", status: 204), Case(" \n", "+++", status: 202),
            Case("{}", "+++", status: 202), Case(#"{"queued":true}"#, "+++", status: 202),
        ]

        static let unproven = [
            "", "OK", "[]", "null", "true", "3", #""ok""#, "{", "{}", #"{"success":tru"#, #"{"status":"ok"}"#,
            #"[{"success":true}]"#, #"{"Success":true}"#, #"{"entrances":3}"#, #"{"success":true}x"#, "<html></html>",
            #"{"success":false}"#, #"{"success":"true"}"#, #"{"success":1}"#, #"{"success":null}"#,
            #"{"success":false,"success":true}"#, #"{"success":true,"success":false}"#,
            #"{"success":true,"succes\u0073":false}"#,
            #"{"created":2}"#, #"{"created":4}"#, #"{"created":-3}"#, #"{"created":"3"}"#, #"{"created":3.5}"#,
            #"{"created":3,"count":2}"#, #"{"success":true,"created":2}"#, #"{"success":true,"failed":1}"#,
            #"{"success":true,"failed":"1"}"#, #"{"created":3,"failed":-1}"#, #"{"created":1e99}"#,
            #"{"created":99999999999999999999}"#, #"{"success":true,"x":1e999}"#,
            #"{"success":true,"error":"no"}"#, #"{"success":true,"error":{}}"#, #"{"success":true,"error":true}"#,
            #"{"created":3,"status":"error"}"#, #"{"created":3,"code":"internal_error"}"#,
            #"{"success":true,"errors":"many"}"#, #"{"success":true,"errors":{"0":"no"}}"#,
            #"{"success":true,"errors":1}"#,
            #"{"success":true,"errors":[{}]}"#, #"{"success":true,"errors":[{"index":3}]}"#,
            #"{"success":true,"errors":[{"index":-1}]}"#,
            #"{"success":true,"errors":[{"index":1.5,"external_id":"u2"}]}"#,
            #"{"success":true,"errors":[{"index":"1","external_id":"u2"}]}"#, #"{"success":true,"errors":[null]}"#,
            #"{"success":true,"errors":[{"external_id":"nobody"}]}"#,
            #"{"success":true,"errors":[{"index":0,"external_id":"u2"}]}"#,
            #"{"success":true,"errors":[{"index":0,"param":"users[1]"}]}"#,
            #"{"success":true,"errors":[{"param":"users"}]}"#,
            #"{"success":true,"results":3}"#, #"{"success":true,"results":[3]}"#,
            #"{"success":true,"results":[{"index":0,"success":false}]}"#.replacing("true,", with: "true,"),
            #"{"created":3,"errors":[{"index":0,"code":"c"}]}"#, #"{"succeeded":0,"results":[]}"#,
            #"{"results":[]}"#, #"{"results":[{},{},{}]}"#,
        ].map { Case($0, "???") }

        static let partly = [
            Case(#"{"results":[{"index":0,"error":{"code":"c"}},{"index":1}]}"#, "-+?"),
            Case(#"{"created":3,"errors":[{"index":0,"code":"c"}]}"#, "???"),
            Case(#"{"created":1,"errors":[{"index":0,"code":"c"}]}"#, "-??"),
            Case(#"{"created":2,"failed":0,"errors":[{"index":0,"code":"c"}]}"#, "???"),
            Case(#"{"success":true,"errors":[{"index":0,"code":"c"},{"index":9}]}"#, "-??"),
            Case(#"{"success":false,"errors":[{"index":0,"code":"c"}]}"#, "-??"),
            Case(#"{"results":[{"index":0},{"index":1},{"index":2}],"errors":[{"index":1}]}"#, "???"),
            Case(#"{"success":true,"errors":[{"index":1,"success":true}]}"#, "???"),
            Case(#"{"results":[{"index":0},{"index":0},{"index":2}]}"#, "???"),
            Case(#"{"results":[{"index":0,"status":"rejected"},{"index":1},{"index":2}]}"#, "???"),
            Case(#"{"results":[{"index":0,"errors":["no"]},{"index":1},{"index":2}]}"#, "???"),
            Case(#"{"results":[{"index":0,"code":"no"},{"index":1},{"index":2}]}"#, "???"),
            Case(#"{"status":"error","code":"internal_error"}"#, "???", status: 202),
            Case("Accepted", "???", status: 202), Case("[]", "???", status: 202),
        ]
    }

    static func marks(_ response: Response, rows: [Row] = Make.rows(3), _ shape: Shape = .users) throws -> String {
        let verdict = Classifier().judge(.response(response), to: try Make.batch(rows, shape), at: Make.now)
        guard case .processed(let results) = verdict.finding else { return "not judged" }
        #expect(verdict.evidence == .everyAttempt)
        return results.reduce(into: "") { marks, result in
            switch result {
            case .delivered: marks += "+"
            case .rejected: marks += "-"
            case .unproven: marks += "?"
            }
        }
    }

    @Test(arguments: Case.dialects + Case.unproven + Case.partly)
    func `a 2xx proves exactly what it says about each user`(example: Case) throws {
        #expect(try Self.marks(Make.json(example.status, example.body)) == example.proves)
    }

    @Test(
        arguments: [202, 204],
        [[0], [0, 0], [0x0B], [0x0C], [0x7F], [0x1B], [0x20, 0], [0xC2, 0xA0], [0xEF, 0xBB, 0xBF]])
    func `a body of bytes that are no JSON white space is not empty and accepts no user`(status: Int, body: [UInt8])
        throws
    {
        var response = Make.json(status, "")
        response.body = body
        #expect(try Self.marks(response) == "???")
    }

    @Test(arguments: Case.dialects)
    func `a 2xx that was cut off proves nothing`(example: Case) throws {
        var response = Make.json(example.status, example.body)
        response.isComplete = false
        #expect(try Self.marks(response) == "???")
    }

    @Test(arguments: [
        (#"{"success":true}"#, "+"), (#"{"success":false}"#, "?"), ("{}", "?"),
        (#"{"success":true,"errors":[{"code":"c"}]}"#, "-"),
    ])
    func `an answer to a request with one user needs no index`(body: String, proves: String) throws {
        #expect(try Self.marks(Make.json(200, body), rows: Make.rows(1), .entrance) == proves)
    }

    @Test func `an error that matches two users is assigned to neither`() throws {
        let rows = [
            Row(id: 1, externalID: "a", email: "x@y"), Row(id: 2, externalID: nil, anonymousID: "a"),
            Row(id: 3, externalID: "c"),
        ]
        let one = #"{"success":true,"errors":[{"email":"x@y","code":"c"}]}"#
        #expect(try Self.marks(Make.json(200, one), rows: rows) == "-++")
        let two = #"{"success":true,"errors":[{"external_id":"a","anonymous_id":"a","code":"c"}]}"#
        #expect(try Self.marks(Make.json(200, two), rows: rows) == "???")
    }

    @Test func `an entry of an answer matches no member that cannot be decoded`() throws {
        let whole = try Make.batch(Make.rows(2))
        let batch = Batch(
            id: 1, journey: "welcome", key: "k", target: Make.target(), apiKeyFingerprint: "current", traceparent: nil,
            parent: nil, size: 2, body: whole.body, members: MemberList(text: Array("spoilt".utf8)),
            frozenAt: Make.begun,
            attempt: 1, possiblyExecutedSince: Make.begun, possiblyExecutedBefore: nil, replays: 0)
        let answer = Make.json(200, #"{"success":true,"errors":[{"external_id":"u1"}]}"#)
        #expect(
            Classifier().judge(.response(answer), to: batch, at: Make.now).finding
                == .processed([.unproven, .unproven]))
    }
}
