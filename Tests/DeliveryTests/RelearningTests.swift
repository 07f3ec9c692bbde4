@testable import Delivery
import Testing

/// What was learned about the API, and when it is checked again.
@Suite struct RelearningTests {
    private static let absent = EnforcementFinding(enforcement: .absent, subject: "https://api.test current")

    @Test func `a finding that keys are not enforced is checked again at the start, then once a day`() throws {
        var world = World(idempotency: .auto, enforcement: Self.absent)
        try world.look()
        #expect(world.enforcementProbes == 1)
        world.scheduler.receive(.absent, at: world.now)
        world.advance(.seconds(23 * 3600))
        try world.look()
        #expect(world.enforcementProbes == 1)
        world.advance(.seconds(3601))
        try world.look()
        #expect(world.enforcementProbes == 2)
        world.scheduler.receive(.enforced, at: world.now)
        #expect(world.scheduler.enforcement == .enforced)
        #expect(
            try world.look().round.enforcement
                == EnforcementFinding(enforcement: .enforced, subject: Self.absent.subject))
        world.advance(.seconds(48 * 3600))
        try world.look()
        #expect(world.enforcementProbes == 2)
    }

    @Test func `a probe of two requests waits until the windows have room for both`() throws {
        // After a start the windows count as evenly used.
        var world = World(
            idempotency: .auto, rate: [RateLimit(requests: 2, per: .seconds(10))], enforcement: Self.absent)
        world.advance(.seconds(6))
        try world.look()
        #expect(world.enforcementProbes == 0)
        world.advance(.seconds(5))
        let plan = try world.look()
        #expect(world.enforcementProbes == 1)
        #expect(plan.round.extraRequests == 2)
    }

    @Test func `a probe that waits for the end of a pause does not wake the worker`() throws {
        var world = World(
            idempotency: .auto,
            pauses: [
                Pause(
                    scope: .everything, cause: "quota_exceeded", detail: nil, requestID: nil, since: Make.now,
                    nextProbe: Make.now, probes: 0)
            ],
            enforcement: Self.absent)
        try world.look()
        #expect(world.enforcementProbes == 0)
        #expect(world.scheduler.nextLook(after: world.now) - world.now.monotonic >= .seconds(30))
    }

    @Test func `a probe of two requests counts the requests that leave in the same round`() throws {
        var batches = try [1, 2].map { try Make.batch(Make.rows(1, from: $0), id: $0) }
        for index in batches.indices { batches[index].possiblyExecutedSince = nil }
        var world = World(
            idempotency: .auto, rate: [RateLimit(requests: 3, per: .seconds(10))], inheriting: batches,
            enforcement: Self.absent)
        world.advance(.seconds(11))
        let plan = try world.look()
        #expect(plan.round.resumes.count == 2)
        #expect(world.enforcementProbes == 0)
    }

    @Test func `without a configured journey there is no probe and no wake-up for one`() throws {
        var world = World(journeys: [], idempotency: .auto, enforcement: Self.absent)
        try world.look()
        #expect(world.enforcementProbes == 0)
        #expect(world.scheduler.nextLook(after: world.now) - world.now.monotonic >= .seconds(3600))
    }

    @Test func `an outage that takes every slot neither prevents the probe nor keeps the worker busy`()
        throws
    {
        var world = World(connections: 1, idempotency: .auto, enforcement: Self.absent)
        try world.look()
        world.scheduler.receive(.absent, at: world.now)
        world.add(Make.rows(40))
        // No request leaves for more than a day.
        let end = world.now.monotonic + .seconds(25 * 3600)
        var looks = 0
        while world.now.monotonic < end {
            try world.wait()
            try world.answerAll(.notSent(reason: "refused"))
            looks += 1
            if world.enforcementProbes == 2 { world.scheduler.receive(.inconclusive, at: world.now) }
        }
        #expect(world.enforcementProbes >= 2)
        #expect(looks < 25 * 3600 / 10)
    }

    @Test func `where the API has no requests left, the probe waits for its reset`() throws {
        var world = World(idempotency: .auto)
        world.add(Make.rows(10))
        try world.look()
        var last = Make.json(200, #"{"success":true}"#)
        last.rate = RateHeaders(limit: 100, remaining: 0, resetSeconds: 10)
        try world.answer(.response(last))
        world.add(Make.rows(1, from: 100))
        while world.flights.isEmpty { try world.wait() }
        try world.answer(.silence(reason: "no answer"))
        let start = world.now.monotonic
        while world.enforcementProbes == 0, world.now.monotonic - start < .seconds(600) { try world.wait() }
        #expect(world.enforcementProbes == 1)
    }

    @Test func `a window of a single request does not prevent the probe`() throws {
        var world = World(
            idempotency: .auto, rate: [RateLimit(requests: 1, per: .seconds(10))], enforcement: Self.absent)
        world.advance(.seconds(11))
        try world.look()
        #expect(world.enforcementProbes == 1)
    }

    @Test(arguments: ["https://api.test other", "https://staging.test current"])
    func `a finding about another API key or URL is not used`(subject: String) throws {
        let world = World(idempotency: .auto, enforcement: EnforcementFinding(enforcement: .enforced, subject: subject))
        #expect(world.scheduler.enforcement == .unproven)
    }

    @Test func `another API key is probed anew`() throws {
        var world = World(
            idempotency: .auto,
            enforcement: EnforcementFinding(enforcement: .enforced, subject: "https://api.test current"))
        #expect(world.scheduler.enforcement == .enforced)
        world.scheduler.know(fingerprints: ["new", "current"])
        #expect(world.scheduler.enforcement == .unproven)
        #expect(try world.look().round.enforcement?.subject == "https://api.test new")
    }

    @Test func `the enforcement that the configuration gives is never checked`() throws {
        var world = World(idempotency: .absent, enforcement: Self.absent)
        try world.look()
        world.advance(.seconds(48 * 3600))
        try world.look()
        #expect(world.enforcementProbes == 0)
    }

    @Test func `a reload removes the body limit that a 413 has left`() throws {
        var world = World(bodyBytesMax: 70_000)
        world.scheduler.reconfigure(world.scheduler.configuration, at: world.now)
        #expect(world.scheduler.unstored.bodyBytesMax == nil)
        #expect(try world.look().round.bodyBytesMax == .forgotten)
    }

    @Test func `a journey that is live and accepts nothing is probed at growing intervals with one row`() throws {
        var world = World()
        world.add(Make.rows(500))
        var sent: [Int] = []
        for _ in 0..<80 {
            try world.wait()
            sent += world.flights.map(\.batch.size)
            try world.answerAll(.response(Make.problem(404, "resource_missing")))
            for name in world.reads {
                world.scheduler.receive(JourneyReport(reading: .live), ofJourney: name, at: world.now)
            }
            world.reads = []
        }
        #expect(world.now.wall - Make.now > .seconds(3 * 3600))
        // The first burst, the burst after the first reading of the status, and then one row at a time.
        #expect(sent.drop { $0 > 1 }.allSatisfy { $0 == 1 })
        #expect(sent.count { $0 > 1 } <= 12)
        try world.wait()
        while world.flights.isEmpty { try world.wait() }
        try world.answerAll(World.success)
        try world.look()
        #expect(world.pauses.isEmpty && world.flights.contains { $0.batch.size > 1 })
    }

    @Test(arguments: ["operator", "rate_limited", "rows_refused"])
    func `a code of the API never equals a cause of the worker's own pauses`(code: String) throws {
        var world = World()
        world.add(Make.rows(1))
        try world.look()
        try world.answer(Make.problem(401, code))
        try world.look()
        #expect(world.pauses.map(\.cause) == [PauseCause.api(code: "api_\(code)")])
        world.advance(.seconds(31))
        for _ in 0..<3 where world.flights.isEmpty { try world.look() }
        try world.answer(World.success)
        try world.look()
        #expect(world.pauses.isEmpty)
    }

    @Test func `requests without an answer make the next wait longer, rate limits do not`() throws {
        var world = World()
        world.add(Make.rows(1))
        for _ in 0..<6 {
            for _ in 0..<9 where world.flights.isEmpty { try world.wait() }
            try world.answer(Make.problem(429, "rate_limited", retryAfter: "1"))
        }
        for _ in 0..<9 where world.flights.isEmpty { try world.wait() }
        #expect(world.flights[0].batch.attempt == 7)
        try world.answer(.silence(reason: "timeout"))
        let due = try #require(world.scheduler.open.waiting.values.first?.due)
        #expect(due - world.now.monotonic <= .seconds(1))
        #expect(world.scheduler.open.waiting.values.first?.batch.failures == 1)
    }
}
