@testable import Delivery
import Testing

@Suite struct DispatcherTests {
    private static let unavailable = Answer.response(Make.problem(503, "service_unavailable"))
    private static let timeout = Answer.silence(reason: "timeout")
    private static let unauthorized = Answer.response(Make.problem(401, "authentication_required"))
    private static let notLive = Answer.response(Make.problem(409, "state_conflict"))

    private static func limited(_ retryAfter: String?) -> Answer {
        .response(Make.problem(429, "rate_limited", retryAfter: retryAfter))
    }

    private static let two = [Journey(name: "welcome", id: 33), Journey(name: "other", id: 34)]

    // MARK: Outages

    @Test func `an outage freezes at most twice the connections, and drains when it ends`() throws {
        var world = World()
        world.add(Make.rows(500))
        try world.look()
        for _ in 0..<300 {
            try world.answerAll(Self.unavailable)
            try world.wait()
            #expect(world.sending.count <= 8)
        }
        for _ in 0..<400 where world.delivered.count < 500 {
            try world.answerAll(World.success)
            try world.wait()
        }
        #expect(world.delivered.sorted() == Array(1...500))
        #expect(world.frozenMax <= 8)
    }

    @Test func `no connection at all spends no attempt and keeps the keys`() throws {
        var world = World()
        world.add(Make.rows(20))
        try world.look()
        let keys = Set(world.sending.values.map(\.key))
        for _ in 0..<20 {
            try world.answerAll(.notSent(reason: "refused"))
            try world.wait()
            #expect(world.sending.values.allSatisfy { keys.contains($0.key) })
        }
        #expect(world.returned == 0)
    }

    @Test func `one slow journey leaves room for another`() throws {
        var world = World(journeys: Self.two)
        world.add(Make.rows(1000))
        try world.look()
        #expect(world.flights.count < 8)
        world.add(Make.rows(1, from: 5000), to: "other")
        try world.look()
        #expect(world.flights.contains { $0.batch.journey == "other" })
    }

    // MARK: Closed doors

    @Test func `a paused world sends nothing but one probe when it is due`() throws {
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

    @Test func `a probe goes out in time although only a request that may have run is left`() throws {
        var world = World(idempotency: .auto)
        world.add(Make.rows(1))
        try world.look()
        try world.answer(Self.timeout)
        world.mind.doors.close(.everything, cause: "quota_exceeded", detail: nil, requestID: nil, at: world.now.wall)
        for _ in 0..<20 where world.enforcementProbes == 0 { try world.wait() }
        #expect(world.enforcementProbes == 1)
        world.mind.absorb(.enforced, at: world.now)
        try world.look()
        #expect(world.flights.count == 1)
        #expect(world.pauses.isEmpty)
    }

    @Test func `a probe goes out in time although a failing journey has more to send and may claim nothing`() throws {
        var world = World(batchSize: 1)
        world.add(Make.rows(30))
        for _ in 0..<4 {
            try world.wait()
            try world.answerAll(Self.timeout)
        }
        world.mind.doors.close(.everything, cause: "quota_exceeded", detail: nil, requestID: nil, at: world.now.wall)
        for _ in 0..<50 where world.flights.isEmpty { try world.wait() }
        #expect(world.flights.count == 1)
        try world.answer(World.success)
        try world.look()
        #expect(world.pauses.isEmpty)
    }

    @Test func `a person's pause holds everything, whatever is answered`() throws {
        let pause = Pause(
            scope: .everything, cause: Pause.operatorCause, detail: nil, requestID: nil, since: Make.earlier,
            nextProbe: nil, probes: 0)
        var world = World(pauses: [pause])
        world.add(Make.rows(10))
        for _ in 0..<20 { try world.wait() }
        #expect(world.flights.isEmpty && world.sending.isEmpty)
        #expect(world.pauses == [pause])
        // Somebody lifts it in the database.
        world.pauses = []
        world.mind.needsSurvey = true
        try world.look()
        #expect(world.flights.count == 1)
    }

    @Test func `a pause survives the survey that has not seen it`() throws {
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

    @Test func `a parked journey leaves the others alone, and is read until it is live`() throws {
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
        world.mind.absorb(JourneyReport(reading: .notLive), ofJourney: "welcome", at: world.now)
        for _ in 0..<10 where world.reads.count < 2 { try world.wait() }
        world.mind.absorb(JourneyReport(reading: .live), ofJourney: "welcome", at: world.now)
        for _ in 0..<20 where world.delivered.count < 260 {
            try world.wait()
            try world.answerAll(World.success)
        }
        #expect(world.pauses.isEmpty)
        #expect(world.delivered.count == 260)
    }

    @Test func `a journey that may not be read is probed with one row under a fresh key`() throws {
        var world = World()
        world.add(Make.rows(30))
        try world.look()
        try world.answerAll(Self.notLive)
        for _ in 0..<10 where world.reads.isEmpty { try world.wait() }
        world.mind.absorb(JourneyReport(reading: .forbidden), ofJourney: "welcome", at: world.now)
        try world.look()
        #expect(world.flights.map(\.batch.size) == [1])
        try world.answer(World.success)
        try world.wait()
        #expect(world.flights.count > 1 || world.flights.first?.batch.size == 10)
    }

    @Test func `parked journeys neither unbound what is frozen nor take every slot`() throws {
        let journeys = (0..<12).map { Journey(name: "j\($0)", id: Int64($0 + 1)) }
        var world = World(journeys: journeys, connections: 4)
        for (index, journey) in journeys.enumerated() {
            world.add(Make.rows(100, from: Int64(index * 1000)), to: journey.name)
        }
        try world.look()
        // Half of the journeys may have run something and are then parked.
        for _ in 0..<30 {
            while let flight = world.flights.first {
                let isSick = journeys.prefix(6).contains { $0.name == flight.batch.journey }
                try world.answer(
                    isSick ? (flight.batch.stampBefore == nil ? Self.timeout : Self.notLive) : World.success)
            }
            try world.wait()
            #expect(world.sending.count <= 16)
        }
        #expect(world.delivered.count > 100)
    }

    @Test func `what waits to learn whether keys count neither unbounds what is frozen nor takes every slot`() throws {
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

    @Test func `a journey that went off during a pause does not keep the pause alive`() throws {
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

    @Test func `with everything paused and every journey parked, the journeys are still read`() throws {
        var world = World()
        world.add(Make.rows(10))
        try world.look()
        let now = world.now.wall
        world.mind.doors.close(.everything, cause: "quota_exceeded", detail: nil, requestID: nil, at: now)
        try world.answer(Self.notLive)
        world.mind.doors.close(.everything, cause: "quota_exceeded", detail: nil, requestID: nil, at: now)
        for _ in 0..<10 where world.reads.isEmpty { try world.wait() }
        #expect(world.reads == ["welcome"])
    }

    @Test func `eight rows refused alike park their journey, and a probe that works frees it`() throws {
        var world = World()
        world.add(Make.rows(16))
        try world.look()
        var result = RoundResult()
        result.refusedAlike = ["welcome": 7]
        world.mind.absorb(result, at: world.now)
        #expect(world.mind.doors.pauses.isEmpty)
        result.refusedAlike = ["welcome": 8]
        world.mind.absorb(result, at: world.now)
        #expect(world.mind.doors.pauses.map(\.cause) == [Pause.rowsRefusedCause])
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

    // MARK: Rate limits

    @Test func `a 429 holds everything for its time, under the same keys`() throws {
        var world = World(journeys: Self.two)
        world.add(Make.rows(30))
        world.add(Make.rows(30, from: 1000), to: "other")
        try world.look()
        let keys = Set(world.sending.values.map(\.key))
        let start = world.now.monotonic
        try world.answerAll(Self.limited("10"))
        while world.flights.isEmpty { try world.wait() }
        #expect(world.now.monotonic - start >= .seconds(10))
        #expect(world.now.monotonic - start <= .milliseconds(10_501))
        #expect(world.returned == 0)
        #expect(keys.isSubset(of: Set(world.sending.values.map(\.key))))
        #expect(
            world.flights.filter { keys.contains($0.batch.key) }.allSatisfy {
                $0.batch.attempt == 2 && $0.batch.stampBefore == nil
            })
    }

    @Test(
        arguments: [
            ("5", [5, 10, 20, 40, 60, 60]), (nil, [1, 2, 4, 8, 16, 32, 60, 60]), ("90", [90, 90]), ("junk", [1, 2, 4]),
        ] as [(String?, [Int])])
    func `repeated limits double the wait up to a minute`(retryAfter: String?, waits: [Int]) throws {
        var world = World()
        world.add(Make.rows(1))
        try world.look()
        for seconds in waits {
            let start = world.now.monotonic
            try world.answer(Self.limited(retryAfter))
            while world.flights.isEmpty { try world.wait() }
            #expect(world.now.monotonic - start >= .seconds(seconds))
            #expect(world.now.monotonic - start <= .seconds(seconds) + .milliseconds(501))
        }
        try world.answer(World.success)
        world.add(Make.rows(1, from: 2))
        try world.look()
        let start = world.now.monotonic
        try world.answer(Self.limited("3"))
        while world.flights.isEmpty { try world.wait() }
        #expect(world.now.monotonic - start <= .milliseconds(3501))
    }

    @Test func `the answers of one burst are one limit`() throws {
        var world = World()
        world.add(Make.rows(500))
        try world.look()
        let start = world.now.monotonic
        while world.flights.count > 1 { try world.answer(Self.limited("2")) }
        try world.look()
        // A straggler of the same burst: neither a repeat nor the end.
        world.advance(.seconds(1))
        try world.answer(Self.limited("2"))
        while world.flights.isEmpty { try world.wait() }
        #expect(world.now.monotonic - start <= .milliseconds(3501))
    }

    @Test func `requests keep to the windows over hours of work`() throws {
        var world = World(batchSize: 1, rate: [RateLimit(requests: 10, per: .seconds(1))])
        world.add(Make.rows(200))
        var times: [Duration] = []
        for _ in 0..<2000 where world.delivered.count < 200 {
            try world.wait()
            times += world.flights.map(\.begunAt.monotonic)
            try world.answerAll(World.success)
        }
        #expect(world.delivered.count == 200)
        for end in times { #expect(times.count { $0 > end - .seconds(1) && $0 <= end } <= 10) }
    }

    // MARK: Doubt, keys and enforcement

    @Test(arguments: [Journey.OnUnknown.hold, .resend])
    func `what may have run is sent under its key until unknown_after, then as its journey says`(
        policy: Journey.OnUnknown
    ) throws {
        var world = World(journeys: [Journey(name: "welcome", id: 33, onUnknown: policy)])
        world.add(Make.rows(3))
        try world.look()
        let key = world.flights[0].batch.key
        let start = world.now.monotonic
        while world.inDoubt.isEmpty && world.returned == 0 {
            for flight in world.flights { #expect(flight.batch.key == key) }
            try world.answerAll(Self.timeout)
            try world.wait()
        }
        #expect(world.now.monotonic - start >= .seconds(22 * 3600))
        #expect(world.now.monotonic - start <= .seconds(22 * 3600 + 301))
        if policy == .hold {
            #expect(world.inDoubt == [1, 2, 3])
        } else {
            try world.wait()
            #expect(world.flights.count == 1 && world.flights[0].batch.key != key)
        }
    }

    @Test func `a rotated key: what may have run keeps the old one, the rest takes the new one`() throws {
        var world = World()
        world.add(Make.rows(20))
        try world.look()
        let first = world.flights[0].batch
        let second = world.flights[1].batch
        try world.answer(Self.timeout)
        try world.answer(.notSent(reason: "refused"))
        world.mind.know(fingerprints: ["new", "current"])
        var sent: [Batch] = []
        for _ in 0..<10 {
            try world.wait()
            sent += world.flights.map(\.batch)
            try world.answerAll(World.success)
        }
        try world.look()
        #expect(sent.contains { $0.key == first.key && $0.apiKeyFingerprint == "current" && $0.body == first.body })
        #expect(!sent.contains { $0.key == second.key })
        #expect(sent.count { $0.apiKeyFingerprint == "new" } == 1)
        #expect(world.delivered.sorted() == Array(1...20))
    }

    @Test func `a key that is gone leaves what may have run in doubt`() throws {
        var world = World()
        world.add(Make.rows(2))
        try world.look()
        try world.answer(Self.timeout)
        world.mind.know(fingerprints: ["new"])
        for _ in 0..<5 where world.inDoubt.isEmpty { try world.wait() }
        #expect(world.inDoubt == [1, 2])
    }

    @Test func `a 401 under a replaced key pauses nothing`() throws {
        var world = World()
        world.add(Make.rows(10))
        try world.look()
        try world.answer(Self.timeout)
        world.mind.know(fingerprints: ["new", "current"])
        for _ in 0..<5 where world.flights.isEmpty { try world.wait() }
        try world.answer(Self.unauthorized)
        world.add(Make.rows(1, from: 100))
        try world.look()
        #expect(world.inDoubt == Array(1...10))
        #expect(world.pauses.isEmpty)
        #expect(world.flights.map(\.batch.apiKeyFingerprint) == ["new"])
    }

    @Test func `before what may have run is sent again, it is found out whether keys count`() throws {
        var world = World(idempotency: .auto)
        world.add(Make.rows(2))
        try world.look()
        try world.answer(Self.timeout)
        for _ in 0..<5 where world.enforcementProbes == 0 { try world.wait() }
        #expect(world.enforcementProbes == 1 && world.flights.isEmpty)
        world.mind.absorb(.inconclusive, at: world.now)
        let start = world.now.monotonic
        while world.enforcementProbes == 1 { try world.wait() }
        #expect(world.now.monotonic - start >= .seconds(1) && world.now.monotonic - start <= .seconds(2))
        #expect(world.flights.isEmpty)
        var absent = world
        world.mind.absorb(.enforced, at: world.now)
        try world.look()
        #expect(world.flights.count == 1)
        absent.mind.absorb(.absent, at: absent.now)
        try absent.look()
        try absent.wait()
        #expect(absent.inDoubt == [1, 2])
    }

    @Test func `another API key is asked at once whether it counts, though the answer for the last one is fresh`()
        throws
    {
        var world = World(idempotency: .auto)
        world.add(Make.rows(2))
        try world.look()
        try world.answer(Self.timeout)
        for _ in 0..<5 where world.enforcementProbes == 0 { try world.wait() }
        world.mind.absorb(.enforced, at: world.now)
        try world.look()
        try world.answer(Self.timeout)
        world.mind.know(fingerprints: ["new", "current"])
        let start = world.now.monotonic
        for _ in 0..<20 where world.enforcementProbes == 1 { try world.wait() }
        #expect(world.enforcementProbes == 2)
        #expect(world.now.monotonic - start <= .seconds(10))
    }

    @Test func `before the time is known there is no hurry to learn whether keys count`() throws {
        var world = World(idempotency: .auto, inheriting: [try Make.batch(Make.rows(1))])
        world.mind.clockProbe.fail(isSurprise: false, backoff: Backoff(), at: world.now)
        world.mind.needsSurvey = false
        world.mind.turns.absorb(Survey(supplied: [], nextDue: [:], pauses: []))
        #expect(world.mind.nextLook(after: world.now) == world.now.monotonic + .seconds(1))
    }

    @Test func `what the configuration said about keys is not taken for knowledge`() throws {
        var world = World(idempotency: .enforced)
        var configuration = world.mind.configuration
        configuration.idempotency = .auto
        world.mind.reconfigure(configuration, at: world.now)
        #expect(world.mind.enforcement == .unproven)
    }

    // MARK: Halves, looks and the end

    @Test func `halves are sent without waiting for anybody's commit`() throws {
        var world = World()
        world.add(Make.rows(8))
        try world.look()
        var refusals = 0
        for _ in 0..<100 where world.delivered.count + world.dead.count < 8 {
            while let flight = world.flights.first {
                let isBad = try flight.batch.members.decode().contains { $0.id == 5 }
                refusals += isBad ? 1 : 0
                try world.answer(isBad ? .response(Make.problem(422, "validation_failed")) : World.success)
            }
            try world.look()
            if world.delivered.count + world.dead.count < 8 { try world.wait() }
        }
        #expect(world.delivered.sorted() == [1, 2, 3, 4, 6, 7, 8])
        #expect(world.dead == [5: "validation_failed"])
        #expect(refusals == 4 + 4)
        #expect(world.now.monotonic < .seconds(1000 + 60))
    }

    @Test func `a 413 lowers the limit of the bodies to come`() throws {
        var world = World(batchSize: 100)
        let blob = Text(stringLiteral: #"{"x":""# + String(repeating: "x", count: 4000) + #""}"#)
        world.add(
            Make.rows(200).map { row in
                var row = row
                row.data = blob
                return row
            })
        try world.look()
        try world.answer(Make.page(413))
        let plan = try world.look()
        #expect(plan.round.bodyBytesMax == world.mind.bodyBytesMax.map(BodyLimitChange.learned))
        #expect((world.mind.bodyBytesMax ?? .max) < 300_000)
    }

    @Test func `the end of an intent with an ordering key is followed by a claim in the very round that settles it`()
        throws
    {
        for key in [Text("k"), nil] {
            var world = World()
            world.add([Row(id: 1, orderingKey: key)])
            try world.look()
            try world.answer(World.success)
            let plan = try world.look()
            #expect(plan.round.settlements.count == 1)
            #expect(plan.round.claims.count == (key == nil ? 0 : 1))
        }
    }

    @Test func `what the end of another has freed is claimed at once`() throws {
        var world = World()
        try world.look()
        var result = RoundResult()
        result.released = ["welcome"]
        result.supplies["welcome"] = .more
        world.mind.absorb(result, at: world.now)
        #expect(world.mind.nextLook(after: world.now) == world.now.monotonic + .milliseconds(1))
        #expect(try world.look().round.claims.count == 1)
    }

    @Test func `the database is told what a dead letter does to its ordering key, at the start and after a reload`()
        throws
    {
        var world = World(journeys: [
            Journey(name: "a", id: 1, onDead: .block), Journey(name: "b", id: 2),
        ])
        #expect(try world.look().round.onDead == ["a": .block, "b": .continue])
        #expect(try world.look().round.onDead.isEmpty)
        var configuration = world.mind.configuration
        configuration.journeys = [Journey(name: "a", id: 1)]
        world.mind.reconfigure(configuration, at: world.now)
        #expect(try world.look().round.onDead == ["a": .continue])
    }

    @Test func `with nothing to do there is no hurry, and no time in the past`() throws {
        var world = World()
        try world.look()
        #expect(world.mind.nextLook(after: world.now) == world.now.monotonic + .seconds(3600))
        world.resting["welcome"] = [World.Resting(row: Row(), dueAt: WallTime(milliseconds: .max))]
        world.mind.needsSurvey = true
        try world.look()
        #expect(world.mind.nextLook(after: world.now) == world.now.monotonic + .seconds(3600))
    }

    @Test func `a page that says 200 is an outage, and opens no door`() throws {
        var world = World()
        world.add(Make.rows(500))
        try world.look()
        for _ in 0..<200 {
            try world.answerAll(.response(Make.page(200)))
            try world.wait()
        }
        #expect(world.inDoubt.isEmpty && world.delivered.isEmpty)
        #expect(world.frozenMax <= 8)
    }

    @Test func `a 2xx that proves nothing opens no door and is no success to judge others by`() throws {
        var world = World()
        world.add(Make.rows(20))
        try world.look()
        try world.answer(Make.json(200, "OK"))
        try world.answer(Make.page(403))
        try world.look()
        #expect(world.sending.values.allSatisfy { $0.parent == nil })
        world.mind.doors.close(.everything, cause: "quota_exceeded", detail: nil, requestID: nil, at: world.now.wall)
        for _ in 0..<10 where world.flights.isEmpty { try world.wait() }
        try world.answer(Make.json(200, "OK"))
        try world.look()
        #expect(world.pauses.map(\.cause) == ["quota_exceeded"])
    }

    @Test func `a replayed success does not reopen a journey that was parked since`() throws {
        var world = World()
        world.add(Make.rows(20))
        try world.look()
        try world.answer(Self.timeout)
        try world.answer(Self.notLive)
        for _ in 0..<10 where world.reads.isEmpty { try world.wait() }
        world.mind.absorb(JourneyReport(reading: .forbidden), ofJourney: "welcome", at: world.now)
        for _ in 0..<10 where world.flights.isEmpty { try world.wait() }
        try world.answer(Make.json(200, #"{"success":true}"#, replayed: true))
        try world.look()
        #expect(world.delivered.count == 10)
        #expect(world.pauses.map(\.scope) == [.journey("welcome")])
    }

    @Test func `a stop begins nothing more and waits 25 s for what is under way`() throws {
        var world = World()
        world.add(Make.rows(100))
        try world.look()
        let count = world.flights.count
        world.mind.stop(at: world.now)
        try world.answer(World.success)
        try world.look()
        #expect(world.flights.count == count - 1)
        #expect(!world.mind.isStopped(at: world.now))
        let late = Moment(wall: world.now.wall + .seconds(25), monotonic: world.now.monotonic + .seconds(25))
        #expect(world.mind.isStopped(at: late))
        #expect(world.mind.nextLook(after: world.now) <= late.monotonic)
        try world.answerAll(World.success)
        #expect(!world.mind.isStopped(at: world.now))
        try world.look()
        #expect(world.mind.isStopped(at: world.now))
    }
}
