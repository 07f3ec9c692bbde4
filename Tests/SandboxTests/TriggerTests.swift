import Sandbox
import Testing

@Suite struct TriggerTests {
    @Test func `each user enters, and the log holds the bytes as received`() {
        var drive = Drive()
        let body = """
            { "users" : [ {"external_id":"\\u0061\\"b","data": {"n":1.10, "n":1e2 , "e":"\\u00e9"}, "x":1} ,
              {"anonymous_id":"anon","email":"a@b.c"} ] }
            """
        let reply = drive.send(Calls.trigger(body, key: "k"))
        #expect(reply.status == 200)
        #expect(reply.text == "{\"entrances_created\":2,\"errors\":[]}")
        #expect(reply.effects.map(\.externalID) == ["a\"b", nil])
        #expect(reply.effects.map(\.data) == ["{\"n\":1.10, \"n\":1e2 , \"e\":\"\\u00e9\"}", nil])
        #expect(reply.effects[1].anonymousID == "anon")
        #expect(reply.effects[1].email == "a@b.c")
        #expect(reply.effects.map(\.sequence) == [1, 2])
        #expect(reply.line?.sequence == 3)
        #expect(reply.line?.users == 2)
        #expect(reply.effects.allSatisfy { $0.requestID == reply.requestID && $0.entranceID == nil })
    }

    @Test func `the entrance shape lets one user enter with its event`() {
        var drive = Drive(journeys: [SandboxJourney(id: 33, entranceIDs: [42])])
        let reply = drive.send(Calls.trigger(Calls.entrance("a", entrance: 42)))
        #expect(reply.text == "{\"success\":true}")
        #expect(reply.effects.map(\.entranceID) == [42])
        #expect(reply.effects.map(\.data) == ["{\"n\":1.10}"])
    }

    @Test func `rejected users are distinguished from those who entered`() {
        var drive = Drive()
        let users = Calls.users("a", "reject-permanent-1", "reject-unknown", "reject-always", "b")
        let reply = drive.send(Calls.trigger(users))
        let errors = reply.json["errors"] as? [[String: Any]] ?? []
        #expect(reply.json["entrances_created"] as? Int == 2)
        #expect(errors.compactMap { $0["index"] as? Int } == [1, 2, 3])
        #expect(
            errors.compactMap { $0["code"] as? String } == [
                "parameter_invalid_format", "contact_on_hold", "resource_missing",
            ])
        #expect(reply.effects.compactMap(\.externalID) == ["a", "b"])
    }

    @Test func `a user with no identifier is a contact not found`() {
        var drive = Drive()
        let reply = drive.send(Calls.trigger("{\"users\":[{\"first_name\":\"A\"}]}"))
        #expect(reply.text.contains("\"external_id\":null,\"code\":\"resource_missing\""))
    }

    @Test func `one who is rejected twice is accepted the third time it runs`() {
        var drive = Drive()
        let body = Calls.users("reject-twice-1")
        #expect(drive.send(Calls.trigger(body, key: "k")).effects.isEmpty)
        #expect(drive.send(Calls.trigger(body, key: "k")).isReplay)
        #expect(drive.send(Calls.trigger(body, key: "l")).effects.isEmpty)
        #expect(drive.send(Calls.trigger(body, key: "m")).effects.count == 1)
    }

    @Test(arguments: [
        ("reject-always", 404, "resource_missing"), ("reject-permanent", 400, "parameter_invalid_format"),
        ("reject-unknown", 422, "contact_on_hold"), ("poison-422", 422, "validation_failed"),
        ("poison-400", 400, "parameter_invalid_format"), ("poison-500", 500, "internal_error"),
    ])
    func `in the entrance shape a rejection is the answer`(_ id: String, _ status: Int, _ code: String) {
        var drive = Drive()
        let reply = drive.send(Calls.trigger(Calls.entrance(id)))
        #expect(reply.status == status)
        #expect(reply.code == code)
        #expect(reply.effects.isEmpty)
    }

    @Test func `one poisonous user makes the whole call fail`() {
        var drive = Drive()
        let named = drive.send(Calls.trigger(Calls.users("a", "poison-422-x", "b", "poison-422-y")))
        let params = (named.json["errors"] as? [[String: String]] ?? []).compactMap { $0["param"] }
        #expect(params == ["users[1].external_id", "users[3].external_id"])
        let unnamed = drive.send(Calls.trigger(Calls.users("a", "poison-400")))
        #expect(unnamed.status == 400)
        #expect(unnamed.param == nil)
        #expect(drive.send(Calls.trigger(Calls.users("a", "poison-413"))).header("content-type") == "text/html")
        #expect(drive.send(Calls.trigger(Calls.users("a", "poison-403-html"))).status == 403)
        #expect(named.effects.isEmpty && unnamed.effects.isEmpty)
    }

    @Test(arguments: [
        (SandboxDialect.results, 200, "{\"results\":[{\"index\":0,\"external_id\":\"a\"},{\"index\":1,"),
        (.count, 200, "{\"count\":1,\"errors\":[{\"index\":1,"), (.success, 200, "{\"success\":true}"),
        (.accepted, 202, ""), (.noContent, 204, ""), (.contradictory, 200, "{\"entrances_created\":3,"),
        (.truncated, 200, "{\"entrances_created\":1,"), (.unparsable, 200, "OK"),
    ])
    func `an answer comes in the form asked for`(_ dialect: SandboxDialect, _ status: Int, _ start: String) {
        var drive = Drive(dialect: dialect)
        let reply = drive.send(Calls.trigger(Calls.users("a", "reject-always")))
        #expect(reply.status == status)
        #expect(reply.text.hasPrefix(start))
        #expect(reply.body.isEmpty == start.isEmpty)
        #expect(reply.effects.count == 1)
    }

    @Test func `journeys are listed page by page, their counts some seconds behind`() throws {
        var drive = Drive(journeys: (1...3).map { SandboxJourney(id: $0) })
        let first = drive.send(Calls.get("/journeys", query: "limit=2"))
        let cursor = try #require(first.json["nextCursor"] as? String)
        let second = drive.send(Calls.get("/journeys", query: "limit=2&cursor=\(cursor)"))
        let ids = [first, second].map { ($0.json["results"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? Int } }
        #expect(ids == [[1, 2], [3]])
        #expect(second.text.contains("\"nextCursor\":null,\"prevCursor\":\"o0\",\"limit\":2"))
        _ = drive.send(Calls.trigger(Calls.users("a"), journey: "1"))
        #expect(drive.send(Calls.get("/journeys/1")).text.contains("\"stats\":{\"entrance\":0}"))
        drive.now += 5000
        #expect(drive.send(Calls.get("/journeys/1")).text.contains("\"stats\":{\"entrance\":1}"))
    }

    @Test func `every reply has a request id of its own, the same from the same seed`() {
        var one = Drive()
        var two = Drive()
        let ids = (0..<3).map { _ in one.send(Calls.trigger(Calls.users("a"))).requestID ?? "" }
        #expect(Set(ids).count == 3)
        #expect(ids.allSatisfy { $0.hasPrefix("req_") && $0.count == 30 })
        let same = (0..<3).map { _ in two.send(Calls.trigger(Calls.users("a"))).requestID ?? "" }
        #expect(ids == same)
    }
}
