import Sandbox
import Testing

@Suite struct RateTests {
    private let probe = Calls.get("/journeys/33")

    @Test func `the request over the limit waits for the window to slide`() {
        var drive = Drive(rate: [SandboxRateLimit(requestsMax: 2, windowMilliseconds: 10_000)])
        #expect(drive.send(probe).status == 200)
        drive.now += 4000
        #expect(drive.send(probe).status == 200)
        drive.now += 2000
        let refused = drive.send(Calls.trigger(Calls.users("a"), key: "k"))
        #expect(refused.status == 429)
        #expect(refused.code == "rate_limited")
        // The refused request counts, too: the next one is allowed when the second request has left the window.
        #expect(refused.header("retry-after") == "8")
        drive.now += 8000
        #expect(drive.send(Calls.trigger(Calls.users("a"), key: "k")).effects.count == 1)
    }

    @Test func `refused requests count, so a caller that does not wait stays refused`() {
        var drive = Drive(rate: [SandboxRateLimit(requestsMax: 1, windowMilliseconds: 1000)])
        _ = drive.send(probe)
        for _ in 0..<5 {
            drive.now += 999
            #expect(drive.send(probe).status == 429)
        }
        drive.now += 1000
        #expect(drive.send(probe).status == 200)
    }

    @Test func `a request counts regardless of its answer`() {
        var drive = Drive(rate: [SandboxRateLimit(requestsMax: 1, windowMilliseconds: 1000)])
        let unknownKeyRequest = Calls.trigger("", headers: ["authorization": "Bearer sk_other"])
        #expect(drive.send(unknownKeyRequest).status == 401)
        #expect(drive.send(probe).status == 429)
    }

    @Test func `the answer names the longest wait of several windows`() {
        var drive = Drive(rate: [
            SandboxRateLimit(requestsMax: 1, windowMilliseconds: 1000),
            SandboxRateLimit(requestsMax: 1, windowMilliseconds: 60_000),
        ])
        _ = drive.send(probe)
        #expect(drive.send(probe).header("retry-after") == "60")
    }

    @Test func `the gateway's current limit allows 1,000 requests in ten seconds`() {
        var drive = Drive(rate: SandboxRateLimit.edge)
        let passed = (0..<1001).count { _ in drive.send(probe).status == 200 }
        #expect(passed == 1000)
    }

    @Test func `a limit per key counts writes and shows itself on success`() {
        var drive = Drive(
            rate: [SandboxRateLimit(requestsMax: 2, windowMilliseconds: 10_000, scope: .apiKey, tier: "starter")])
        drive.model.addAPIKey("sk_next")
        _ = drive.send(probe)
        let first = drive.send(Calls.trigger(Calls.users("a")))
        #expect(first.header("x-ratelimit-limit") == "2")
        #expect(first.header("x-ratelimit-remaining") == "1")
        #expect(first.header("x-ratelimit-reset") == "10")
        #expect(first.header("x-ratelimit-tier") == "starter")
        _ = drive.send(Calls.trigger(Calls.users("a")))
        let refused = drive.send(Calls.trigger(Calls.users("a")))
        #expect(refused.status == 429)
        #expect(refused.header("x-ratelimit-limit") == nil)
        let next = Calls.trigger(Calls.users("a"), headers: ["authorization": "Bearer sk_next"])
        #expect(drive.send(next).status == 200)
    }
}
