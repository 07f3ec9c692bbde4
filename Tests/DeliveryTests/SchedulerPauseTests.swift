@testable import Delivery
import Testing

/// Pauses of everything and of single journeys.
@Suite struct SchedulerPauseTests {
    private static let timeout = Answer.silence(reason: "timeout")
    private static let unauthorized = Answer.response(Make.problem(401, "authentication_required"))
    private static let notLive = Answer.response(Make.problem(409, "state_conflict"))
    private static let two = [Journey(name: "welcome", id: 33), Journey(name: "other", id: 34)]

    private static func limited(_ retryAfter: String?) -> Answer {
        .response(Make.problem(429, "rate_limited", retryAfter: retryAfter))
    }

    // MARK: Pauses of everything

    @Test func `while everything is paused, only one probe leaves when it is due`() throws {
        var world = World()
        world.add(Make.rows(100))
        try world.look()
        try world.answerAll(Self.unauthorized)
        try world.look()
        #expect(world.sending.isEmpty)
        #expect(world.pauses.map(\.cause) == ["authentication_required"])
        let start = world.now.monotonic
        var probes: [Duration] = []
        for _ in 0..<2000 where world.now.monotonic - start < .seconds(7200) {
            try world.wait()
            #expect(world.flights.count <= 1)
            if !world.flights.isEmpty { probes.append(world.now.monotonic - start) }
            try world.answerAll(Self.unauthorized)
            try world.look()
        }
        #expect(
            probes.prefix(6) == [
                .seconds(30), .seconds(90), .seconds(210), .seconds(450), .seconds(930), .seconds(1830),
            ])
        try #require(world.delivered.isEmpty)
        for _ in 0..<50 where world.delivered.count < 100 {
            try world.wait()
            try world.answerAll(World.success)
        }
        try world.look()
        #expect(world.delivered.count == 100)
        #expect(world.pauses.isEmpty)
    }

    @Test func `a probe leaves in time although only a possibly executed batch is left`() throws {
        var world = World(idempotency: .auto)
        world.add(Make.rows(1))
        try world.look()
        try world.answer(Self.timeout)
        _ = world.scheduler.pauses.pause(
            .everything, cause: "quota_exceeded", detail: nil, requestID: nil, at: world.now.wall)
        for _ in 0..<20 where world.enforcementProbes == 0 { try world.wait() }
        #expect(world.enforcementProbes == 1)
        world.scheduler.receive(.enforced, at: world.now)
        try world.look()
        #expect(world.flights.count == 1)
        #expect(world.pauses.isEmpty)
    }

    @Test(arguments: [Response.JourneyReading.live, .missing])
    func `one request, which the windows count, finds out what several 404 answers of a journey mean`(
        reading: Response.JourneyReading
    ) throws {
        let journey = Journey(name: "welcome", id: 41, entranceID: 42)
        var world = World(journeys: [journey], rate: [RateLimit(requests: 1000, per: .seconds(10))])
        // The windows count as used at the start.
        world.advance(.seconds(20))
        world.add(Make.rows(3))
        try world.look()
        let asked = world.flights.map(\.batch.target)
        try world.answerAll(.response(Make.problem(404, "resource_missing")))
        // Nothing is decided before the status of the journey is read, and the requests count as under way.
        #expect(world.scheduler.open.inFlight.count == asked.count && asked.count > 1)
        let before = world.scheduler.rateLimiter.free(at: world.now.monotonic, atMost: 2000)
        let plan = try world.look()
        #expect(plan.statusLookups == [asked[0]])
        #expect(world.scheduler.rateLimiter.free(at: world.now.monotonic, atMost: 2000) == before - 1)
        #expect(try world.look().statusLookups.isEmpty)
        try world.scheduler.receive(JourneyReport(reading: reading), at: asked[0], at: world.now)
        try world.look()
        #expect(world.scheduler.open.inFlight.isEmpty)
        #expect(world.pauses.map(\.cause) == (reading == .live ? [] : ["resource_missing"]))
    }

    @Test func `no 404 waits for the status of its journey while everything is paused`() throws {
        let journeys = [Journey(name: "welcome", id: 41, entranceID: 42), Journey(name: "other", id: 34)]
        var world = World(journeys: journeys)
        world.add(Make.rows(1))
        world.add(Make.rows(1, from: 50), to: "other")
        try world.look()
        world.advance(.seconds(1))
        while world.flights[0].batch.journey != "other" { world.flights.append(world.flights.removeFirst()) }
        try world.answer(Make.problem(401, "authentication_required"))
        try world.answer(Make.problem(404, "resource_missing"))
        #expect(try world.look().statusLookups.isEmpty)
        #expect(world.scheduler.open.inFlight.isEmpty)
        #expect(world.pauses.map(\.cause.text).sorted() == ["authentication_required", "resource_missing"])
    }

    @Test func `a new batch is the probe of a pause rather than a batch that may be refused`() throws {
        var world = World()
        world.add(Make.rows(3))
        try world.look()
        try world.answer(.silence(reason: "timeout"))
        world.advance(.seconds(30))
        // The possibly executed batch is refused and waits; the next probe is another batch.
        try world.look()
        try world.answerAll(Self.unauthorized)
        try world.look()
        world.add(Make.rows(2, from: 50))
        world.advance(.seconds(31))
        try world.look()
        #expect(world.flights.map(\.batch.size) == [2])
    }

    @Test func `a probe leaves in time although a failing journey has more to send and may claim nothing`() throws {
        var world = World(batchSize: 1)
        world.add(Make.rows(30))
        for _ in 0..<4 {
            try world.wait()
            try world.answerAll(Self.timeout)
        }
        _ = world.scheduler.pauses.pause(
            .everything, cause: "quota_exceeded", detail: nil, requestID: nil, at: world.now.wall)
        for _ in 0..<50 where world.flights.isEmpty { try world.wait() }
        #expect(world.flights.count == 1)
        try world.answer(World.success)
        try world.look()
        #expect(world.pauses.isEmpty)
    }

    @Test func `an operator's pause holds everything back, whatever is answered`() throws {
        let pause = Pause(
            scope: .everything, cause: .byOperator, detail: nil, requestID: nil, since: Make.earlier,
            nextProbe: nil, probes: 0)
        var world = World(pauses: [pause])
        world.add(Make.rows(10))
        for _ in 0..<20 { try world.wait() }
        #expect(world.flights.isEmpty && world.sending.isEmpty)
        #expect(world.pauses == [pause])
        // Another process removes the pause from the database.
        world.pauses = []
        world.scheduler.needsDueWork = true
        try world.look()
        #expect(world.flights.count == 1)
    }

    @Test func `a pause survives the reading of due work that does not contain it`() throws {
        var world = World()
        world.add(Make.rows(100))
        try world.look()
        try world.answerAll(Self.limited("10"))
        world.add(Make.rows(100, from: 1000))
        let plan = try world.look()
        #expect(plan.round.claims.isEmpty && plan.round.resumes.isEmpty)
        #expect(world.flights.isEmpty)
    }

    // MARK: Journeys

    @Test func `a paused journey does not hold back others, and its status is read until it is live`() throws {
        var world = World(journeys: Self.two)
        world.add(Make.rows(60))
        try world.look()
        try world.answerAll(Self.notLive)
        world.add(Make.rows(200, from: 1000), to: "other")
        for _ in 0..<100 where world.delivered.count < 200 {
            try world.wait()
            #expect(world.flights.allSatisfy { $0.batch.journey == "other" })
            try world.answerAll(World.success)
        }
        #expect(world.delivered.count == 200)
        #expect(world.pauses.map(\.scope) == [.journey("welcome")])
        for _ in 0..<10 where world.reads.isEmpty { try world.wait() }
        #expect(world.reads == ["welcome"])
        world.scheduler.receive(JourneyReport(reading: .notLive), ofJourney: "welcome", at: world.now)
        for _ in 0..<10 where world.reads.count < 2 { try world.wait() }
        world.scheduler.receive(JourneyReport(reading: .live), ofJourney: "welcome", at: world.now)
        for _ in 0..<20 where world.delivered.count < 260 {
            try world.wait()
            try world.answerAll(World.success)
        }
        #expect(world.pauses.isEmpty)
        #expect(world.delivered.count == 260)
    }

    @Test func `a journey whose status may not be read is probed with one row and a new key`() throws {
        var world = World()
        world.add(Make.rows(30))
        try world.look()
        try world.answerAll(Self.notLive)
        for _ in 0..<10 where world.reads.isEmpty { try world.wait() }
        world.scheduler.receive(JourneyReport(reading: .forbidden), ofJourney: "welcome", at: world.now)
        try world.look()
        #expect(world.flights.map(\.batch.size) == [1])
        try world.answer(World.success)
        try world.wait()
        #expect(world.flights.count > 1 || world.flights.first?.batch.size == 10)
    }

    @Test func `batches of paused journeys keep to their bound and leave slots free`() throws {
        let journeys = (0..<12).map { Journey(name: "j\($0)", id: Int64($0 + 1)) }
        var world = World(journeys: journeys, connections: 4)
        for (index, journey) in journeys.enumerated() {
            world.add(Make.rows(100, from: Int64(index * 1000)), to: journey.name)
        }
        try world.look()
        // Half of the journeys have possibly executed batches and are then paused.
        for _ in 0..<30 {
            while let flight = world.flights.first {
                let isSick = journeys.prefix(6).contains { $0.name == flight.batch.journey }
                try world.answer(
                    isSick ? (flight.batch.possiblyExecutedBefore == nil ? Self.timeout : Self.notLive) : World.success)
            }
            try world.wait()
            #expect(world.sending.count <= 16)
        }
        #expect(world.delivered.count > 100)
    }

    @Test func `batches that wait for a probe of key enforcement keep to their bound and leave slots free`() throws {
        let journeys = (0..<20).map { Journey(name: "j\($0)", id: Int64($0 + 1)) }
        var world = World(journeys: journeys, connections: 2, idempotency: .auto)
        for (index, journey) in journeys.enumerated() {
            world.add(Make.rows(100, from: Int64(index * 1000)), to: journey.name)
        }
        for _ in 0..<40 {
            try world.look()
            try world.answerAll(Self.timeout)
            world.advance(.seconds(1))
        }
        #expect(world.enforcementProbes == 1)
        #expect(world.sending.count > 4)
        #expect(world.frozenMax <= 8)
    }

    @Test func `a journey that stops being live during a pause does not prolong the pause`() throws {
        var world = World()
        world.add(Make.rows(10))
        try world.look()
        try world.answer(Self.unauthorized)
        for _ in 0..<10 where world.flights.isEmpty { try world.wait() }
        try world.answer(Self.notLive)
        try world.look()
        #expect(world.pauses.map(\.scope) == [.journey("welcome")])
        for _ in 0..<10 where world.reads.isEmpty { try world.wait() }
        #expect(world.reads == ["welcome"])
    }

    @Test func `while everything and every journey is paused, the journeys' status is still read`() throws {
        var world = World()
        world.add(Make.rows(10))
        try world.look()
        let now = world.now.wall
        _ = world.scheduler.pauses.pause(.everything, cause: "quota_exceeded", detail: nil, requestID: nil, at: now)
        try world.answer(Self.notLive)
        _ = world.scheduler.pauses.pause(.everything, cause: "quota_exceeded", detail: nil, requestID: nil, at: now)
        for _ in 0..<10 where world.reads.isEmpty { try world.wait() }
        #expect(world.reads == ["welcome"])
    }

    @Test func `eight rows refused with one code pause their journey, and a successful probe ends the pause`() throws {
        var world = World()
        world.add(Make.rows(16))
        try world.look()
        var result = RoundResult()
        result.refusedAlike = ["welcome": 7]
        world.scheduler.receive(result, at: world.now)
        #expect(world.scheduler.pauses.pauses.isEmpty)
        result.refusedAlike = ["welcome": 8]
        world.scheduler.receive(result, at: world.now)
        #expect(world.scheduler.pauses.pauses.map(\.cause) == [PauseCause.rowsRefused])
        let refused = Answer.response(Make.problem(422, "validation_failed"))
        try world.answerAll(refused)
        for _ in 0..<60 {
            try world.wait()
            #expect(world.reads.isEmpty)
            #expect(world.flights.count <= 1 && world.flights.allSatisfy { $0.batch.size == 1 })
            try world.answerAll(refused)
        }
        #expect(world.dead.isEmpty)
        for _ in 0..<20 where world.delivered.count < 16 {
            try world.wait()
            try world.answerAll(World.success)
        }
        try world.look()
        #expect(world.delivered.count == 16)
    }
}
