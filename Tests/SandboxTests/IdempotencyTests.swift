import Sandbox
import Testing

@Suite struct IdempotencyTests {
    @Test func `the same key and bytes replay the first answer without a second effect`() {
        var drive = Drive()
        let first = drive.send(Calls.trigger(Calls.users("a"), key: "k"))
        let again = drive.send(Calls.trigger(Calls.users("a"), key: "k"))
        #expect(first.effects.count == 1)
        #expect(!first.isReplay)
        #expect(again.isReplay)
        #expect(again.status == first.status)
        #expect(again.body == first.body)
        #expect(again.requestID == first.requestID)
        #expect(again.effects.isEmpty)
        #expect(again.line?.isReplayed == true)
    }

    @Test func `without a key each call runs`() {
        var drive = Drive()
        #expect(drive.send(Calls.trigger(Calls.users("a"))).effects.count == 1)
        #expect(drive.send(Calls.trigger(Calls.users("a"))).effects.count == 1)
    }

    @Test func `the same key with other bytes is a mismatch`() {
        var drive = Drive()
        _ = drive.send(Calls.trigger(Calls.users("a"), key: "k"))
        let reply = drive.send(Calls.trigger(Calls.users("a") + " ", key: "k"))
        #expect(reply.status == 409)
        #expect(reply.code == "idempotency_key_mismatch")
        #expect(drive.send(Calls.trigger(Calls.users("a"), key: "k")).isReplay)
    }

    @Test func `while the first is running the same key has to wait`() throws {
        var drive = Drive()
        let request = Calls.trigger(Calls.users("a"), key: "k")
        guard case .running(let run) = drive.model.begin(request, at: drive.now) else {
            Issue.record("the first call was not let in")
            return
        }
        let waiting = drive.send(request)
        #expect(waiting.status == 409)
        #expect(waiting.code == "idempotency_in_progress")
        #expect(waiting.header("retry-after") == "1")
        #expect(drive.send(Calls.trigger(Calls.users("b"), key: "k")).code == "idempotency_key_mismatch")
        #expect(drive.model.finish(run, at: drive.now).effects.count == 1)
        #expect(drive.send(request).isReplay)
    }

    @Test func `a key lives for 24 hours`() {
        var drive = Drive()
        let day: Int64 = 24 * 60 * 60 * 1000
        let request = Calls.trigger(Calls.users("a"), key: "k")
        _ = drive.send(request)
        drive.now += day - 1
        #expect(drive.send(request).isReplay)
        drive.now += 1
        #expect(drive.send(request).effects.count == 1)
    }

    @Test func `a key counts for its API key only`() {
        var drive = Drive()
        drive.model.addAPIKey("sk_next")
        let request = Calls.trigger(Calls.users("a"), key: "k")
        _ = drive.send(request)
        var next = request
        next.headers["authorization"] = "Bearer sk_next"
        #expect(drive.send(next).effects.count == 1)
    }

    @Test func `a refused journey stays refused under its key after going live`() {
        var drive = Drive(journeys: [SandboxJourney(id: 33, status: .draft)])
        let first = drive.send(Calls.trigger(Calls.users("a"), key: "k"))
        drive.model[journey: 33]?.status = .live
        let again = drive.send(Calls.trigger(Calls.users("a"), key: "k"))
        #expect(first.status == 409)
        #expect(again.status == 409)
        #expect(again.isReplay)
        #expect(again.requestID == first.requestID)
        #expect(drive.send(Calls.trigger(Calls.users("a"), key: "fresh")).effects.count == 1)
    }

    @Test(arguments: ["{\"users\":[]}", Calls.users("poison-422"), Calls.users("poison-400"), "no json"])
    func `a 4xx about the body is cached`(_ body: String) {
        var drive = Drive()
        let first = drive.send(Calls.trigger(body, key: "k"))
        let again = drive.send(Calls.trigger(body, key: "k"))
        #expect((400..<500).contains(first.status))
        #expect(again.isReplay)
        #expect(again.status == first.status)
    }

    @Test(arguments: ["poison-413", "poison-403-html", "poison-500"])
    func `an answer of a check in front of the cache is not cached`(_ id: String) {
        var drive = Drive()
        let first = drive.send(Calls.trigger(Calls.users(id), key: "k"))
        let again = drive.send(Calls.trigger(Calls.users(id), key: "k"))
        #expect(first.status == again.status)
        #expect(!again.isReplay)
        #expect(again.requestID != first.requestID)
        #expect(drive.send(Calls.trigger(Calls.users("a"), key: "k")).effects.count == 1)
    }

    @Test func `a 401 and a version refusal are not cached`() {
        var drive = Drive()
        let request = Calls.trigger(Calls.users("a"), key: "k")
        drive.model.revokeAPIKey(Calls.apiKey)
        #expect(drive.send(request).status == 401)
        drive.model.addAPIKey(Calls.apiKey)
        var old = request
        old.headers["spotzee-version"] = "2020-01-01"
        #expect(drive.send(old).status == 400)
        #expect(drive.send(request).effects.count == 1)
    }

    @Test func `a full cache refuses a new key and removes no valid one`() {
        var drive = Drive { $0.cacheEntriesMax = 1 }
        _ = drive.send(Calls.trigger(Calls.users("a"), key: "k"))
        let refused = drive.send(Calls.trigger(Calls.users("b"), key: "l"))
        #expect(refused.status == 503)
        #expect(refused.effects.isEmpty)
        #expect(drive.send(Calls.trigger(Calls.users("a"), key: "k")).isReplay)
        drive.now += 24 * 60 * 60 * 1000
        #expect(drive.send(Calls.trigger(Calls.users("b"), key: "l")).status == 200)
    }

    @Test func `where keys have no effect a second try runs again`() {
        var drive = Drive()
        drive.model.faults.ignoresIdempotencyKeys = true
        #expect(drive.send(Calls.trigger(Calls.users("a"), key: "k")).effects.count == 1)
        #expect(drive.send(Calls.trigger(Calls.users("a"), key: "k")).effects.count == 1)
    }
}
