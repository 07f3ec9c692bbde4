import Sandbox
import Testing

/// One request, and its refusal in the error catalogue of the API.
struct Refused: Sendable, CustomTestStringConvertible {
    var what: String
    var request: SandboxRequest
    var status: Int
    var code: String
    var param: String?

    var testDescription: String { what }

    init(_ what: String, _ request: SandboxRequest, _ status: Int, _ code: String, _ param: String? = nil) {
        self.what = what
        self.request = request
        self.status = status
        self.code = code
        self.param = param
    }

    private static func header(_ name: String, _ value: String?) -> SandboxRequest {
        Calls.trigger(Calls.users("a"), headers: [name: value])
    }

    private static let hundredAndOne =
        "{\"users\":["
        + (0..<101).map { "{\"external_id\":\"\($0)\"}" }.joined(separator: ",") + "]}"

    static let headers = [
        Refused("no key", header("authorization", nil), 401, "authentication_required"),
        Refused("another scheme", header("authorization", "Basic x"), 401, "authentication_required"),
        Refused("a public key", header("authorization", "Bearer pk_1"), 401, "authentication_required"),
        Refused("an organisation key", header("authorization", "Bearer ok_1"), 401, "authentication_required"),
        Refused("an unknown key", header("authorization", "Bearer sk_other"), 401, "authentication_required"),
        Refused("a key that may only read", header("authorization", "Bearer sk_reader"), 403, "permission_denied"),
        Refused("no version", header("spotzee-version", nil), 400, "version_required", "Spotzee-Version"),
        Refused(
            "a version that is no date", header("spotzee-version", "v2"), 400, "parameter_invalid_format",
            "Spotzee-Version"),
        Refused(
            "a version of no release", header("spotzee-version", "2026-01-01"), 400, "version_unsupported",
            "Spotzee-Version"),
        Refused(
            "an empty idempotency key", header("idempotency-key", ""), 400, "idempotency_key_invalid",
            "Idempotency-Key"),
        Refused(
            "256 characters of key", header("idempotency-key", String(repeating: "k", count: 256)), 400,
            "idempotency_key_invalid", "Idempotency-Key"),
        Refused(
            "another content type", header("content-type", "text/plain"), 400, "parameter_invalid_format",
            "Content-Type"),
    ]

    static let journeys = [
        Refused("a journey named 0", Calls.trigger("{}", journey: "0"), 400, "parameter_invalid_format", "journeyId"),
        Refused("a journey named x", Calls.trigger("{}", journey: "x"), 400, "parameter_invalid_format", "journeyId"),
        Refused("an unknown journey", Calls.trigger(Calls.users("a"), journey: "9"), 404, "resource_missing"),
        Refused("a draft", Calls.trigger(Calls.users("a"), journey: "34"), 409, "state_conflict"),
        Refused("one that is off", Calls.trigger(Calls.users("a"), journey: "35"), 409, "state_conflict"),
        Refused("an unknown path", Calls.get("/contacts"), 404, "resource_missing"),
        Refused("an unknown journey read", Calls.get("/journeys/9"), 404, "resource_missing"),
        Refused("a limit of 0", Calls.get("/journeys", query: "limit=0"), 400, "parameter_invalid_format", "limit"),
        Refused("a limit of 101", Calls.get("/journeys", query: "limit=101"), 400, "parameter_invalid_format", "limit"),
        Refused(
            "a made-up cursor", Calls.get("/journeys", query: "cursor=x"), 400, "parameter_invalid_format", "cursor"),
    ]

    static let bodies = [
        Refused("no JSON", Calls.trigger("{\"users\":[}"), 400, "parameter_invalid_format"),
        Refused("an array", Calls.trigger("[]"), 400, "parameter_invalid_format"),
        Refused("a name twice", Calls.trigger("{\"users\":[],\"users\":[]}"), 400, "parameter_invalid_format"),
        Refused("neither shape", Calls.trigger("{}"), 400, "parameter_missing", "users"),
        Refused("users that are no array", Calls.trigger("{\"users\":{}}"), 400, "parameter_invalid_format", "users"),
        Refused("no users", Calls.trigger("{\"users\":[]}"), 400, "parameter_invalid_empty", "users"),
        Refused("101 users", Calls.trigger(hundredAndOne), 400, "parameter_invalid_format", "users"),
        Refused(
            "an unknown parameter", Calls.trigger("{\"users\":[],\"colour\":1}"), 400, "parameter_unknown", "colour"),
        Refused(
            "an entrance of 0", Calls.trigger(Calls.entrance("a", entrance: 0)), 400, "parameter_invalid_format",
            "entrance_id"),
        Refused(
            "an unknown entrance", Calls.trigger(Calls.entrance("a", entrance: 7)), 404, "resource_missing",
            "entrance_id"),
        Refused("no user", Calls.trigger("{\"entrance_id\":1}"), 400, "parameter_missing", "user"),
        Refused(
            "a user without an id", Calls.trigger("{\"entrance_id\":1,\"user\":{\"email\":\"a@b\"}}"), 400,
            "parameter_missing", "user.external_id"),
        Refused(
            "an event that is no object",
            Calls.trigger("{\"entrance_id\":1,\"user\":{\"external_id\":\"a\"},\"event\":3}"), 400,
            "parameter_invalid_format", "event"),
    ]
}

@Suite struct RefusalTests {
    private func drive() -> Drive {
        let journeys = [
            SandboxJourney(id: 33), SandboxJourney(id: 34, status: .draft), SandboxJourney(id: 35, status: .off),
        ]
        return Drive(journeys: journeys) { $0.readOnlyKeys = ["sk_reader"] }
    }

    @Test(arguments: Refused.headers + Refused.journeys + Refused.bodies)
    func `a wrong request is refused as in the catalogue, without effect`(_ wrong: Refused) {
        var drive = drive()
        let reply = drive.send(wrong.request)
        #expect(reply.status == wrong.status)
        #expect(reply.code == wrong.code)
        #expect(reply.param == wrong.param)
        #expect(reply.header("content-type") == "application/problem+json")
        #expect(reply.json["request_id"] as? String == reply.requestID)
        #expect(reply.json["status"] as? String == "error")
        #expect(reply.effects.isEmpty)
        #expect(reply.line?.code == wrong.code)
    }

    @Test func `fields that are not valid are named row by row`() {
        var drive = drive()
        let body = """
            {"users":[{"external_id":"a"},{"email":"nobody"},3,{"external_id":7},{"external_id":"b","data":[]}]}
            """
        let reply = drive.send(Calls.trigger(body))
        let named = (reply.json["errors"] as? [[String: String]] ?? []).compactMap { $0["param"] }
        #expect(reply.status == 422)
        #expect(reply.code == "validation_failed")
        #expect(named == ["users[1].email", "users[2]", "users[3].external_id", "users[4].data"])
        #expect(reply.effects.isEmpty)
    }

    @Test func `a body over the limit meets an HTML page`() {
        var drive = Drive { $0.bodyBytesMax = 10 }
        let reply = drive.send(Calls.trigger(Calls.users("a")))
        #expect(reply.status == 413)
        #expect(reply.header("content-type") == "text/html")
        #expect(reply.requestID != nil)
    }

    @Test func `a key is refused from the request after its revocation on`() {
        var drive = drive()
        drive.model.addAPIKey("sk_next")
        let next = Calls.trigger(Calls.users("a"), headers: ["authorization": "Bearer sk_next"])
        #expect(drive.send(Calls.trigger(Calls.users("a"))).status == 200)
        #expect(drive.send(next).status == 200)
        drive.model.revokeAPIKey(Calls.apiKey)
        #expect(drive.send(Calls.trigger(Calls.users("a"))).status == 401)
        #expect(drive.send(next).status == 200)
    }

    @Test func `a journey takes only the shapes it is set up for`() {
        var drive = Drive(journeys: [
            SandboxJourney(id: 33, shapes: [.users]), SandboxJourney(id: 34, shapes: [.entrance]),
        ])
        #expect(drive.send(Calls.trigger(Calls.entrance("a"))).param == "users")
        #expect(drive.send(Calls.trigger(Calls.users("a"), journey: "34")).param == "entrance_id")
        #expect(drive.send(Calls.trigger(Calls.entrance("a"), journey: "34")).status == 200)
    }

    @Test func `entrances end with the credit, replays included`() {
        var drive = Drive { $0.credit = 2 }
        #expect(drive.send(Calls.trigger(Calls.users("a", "b"), key: "k")).status == 200)
        let refused = drive.send(Calls.trigger(Calls.users("a", "b"), key: "k"))
        #expect(refused.status == 402)
        #expect(refused.code == "quota_exceeded")
        #expect(drive.send(Calls.get("/journeys/33")).status == 200)
        drive.model.credit = nil
        #expect(drive.send(Calls.trigger(Calls.users("a", "b"), key: "k")).isReplay)
    }
}
