@testable import Delivery
import Testing

@Suite struct SchedulerTests {
    private static let unavailable = Answer.response(Make.problem(503, "service_unavailable"))
    private static let timeout = Answer.silence(reason: "timeout")
    private static let notLive = Answer.response(Make.problem(409, "state_conflict"))
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

    @Test func `requests without a connection spend no attempt and keep their keys`() throws {
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

    // MARK: Splits, wake-ups and the end

    @Test func `the halves of a split batch are sent without waiting for a commit of a producer`() throws {
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

    @Test func `a 413 lowers the limit of later bodies`() throws {
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
        #expect(plan.round.bodyBytesMax == world.scheduler.unstored.bodyBytesMax.map(BodyLimitChange.learned))
        #expect((world.scheduler.unstored.bodyBytesMax ?? .max) < 300_000)
    }

    @Test func `an intent with an ordering key is followed by a claim in the round that settles it`()
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

    @Test func `an intent that another one's end has released is claimed at once`() throws {
        var world = World()
        try world.look()
        var result = RoundResult()
        result.released = ["welcome"]
        result.supplies["welcome"] = .more
        world.scheduler.receive(result, at: world.now)
        #expect(world.scheduler.nextLook(after: world.now) == world.now.monotonic + .milliseconds(1))
        #expect(try world.look().round.claims.count == 1)
    }

    @Test func `the policy for dead letters is stored at the start and after a reload`()
        throws
    {
        var world = World(journeys: [
            Journey(name: "a", id: 1, onDead: .block), Journey(name: "b", id: 2),
        ])
        #expect(try world.look().round.onDead == ["a": .block, "b": .continue])
        #expect(try world.look().round.onDead.isEmpty)
        var configuration = world.scheduler.configuration
        configuration.journeys = [Journey(name: "a", id: 1)]
        world.scheduler.reconfigure(configuration, at: world.now)
        #expect(try world.look().round.onDead == ["a": .continue])
    }

    @Test func `without work the next wake-up is neither soon nor in the past`() throws {
        var world = World()
        try world.look()
        #expect(world.scheduler.nextLook(after: world.now) == world.now.monotonic + .seconds(3600))
        world.resting["welcome"] = [World.Resting(row: Row(), dueAt: WallTime(milliseconds: .max))]
        world.scheduler.needsDueWork = true
        try world.look()
        #expect(world.scheduler.nextLook(after: world.now) == world.now.monotonic + .seconds(3600))
    }

    @Test func `a page of a proxy with status 200 is a failure and ends no pause`() throws {
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

    @Test func `a 2xx that proves nothing ends no pause and is no success`() throws {
        var world = World()
        world.add(Make.rows(20))
        try world.look()
        try world.answer(Make.json(200, "OK"))
        try world.answer(Make.page(403))
        try world.look()
        #expect(world.sending.values.allSatisfy { $0.parent == nil })
        _ = world.scheduler.pauses.pause(
            .everything, cause: "quota_exceeded", detail: nil, requestID: nil, at: world.now.wall)
        for _ in 0..<10 where world.flights.isEmpty { try world.wait() }
        try world.answer(Make.json(200, "OK"))
        try world.look()
        #expect(world.pauses.map(\.cause) == ["quota_exceeded"])
    }

    @Test func `a replayed success does not end a pause of the journey that began since`() throws {
        var world = World()
        world.add(Make.rows(20))
        try world.look()
        try world.answer(Self.timeout)
        try world.answer(Self.notLive)
        for _ in 0..<10 where world.reads.isEmpty { try world.wait() }
        world.scheduler.receive(JourneyReport(reading: .forbidden), ofJourney: "welcome", at: world.now)
        for _ in 0..<10 where world.flights.isEmpty { try world.wait() }
        try world.answer(Make.json(200, #"{"success":true}"#, replayed: true))
        try world.look()
        #expect(world.delivered.count == 10)
        #expect(world.pauses.map(\.scope) == [.journey("welcome")])
    }

    @Test func `a stop begins no request and waits 25 s for those under way`() throws {
        var world = World()
        world.add(Make.rows(100))
        try world.look()
        let count = world.flights.count
        world.scheduler.stop(at: world.now)
        try world.answer(World.success)
        try world.look()
        #expect(world.flights.count == count - 1)
        #expect(!world.scheduler.isStopped(at: world.now))
        let late = Moment(wall: world.now.wall + .seconds(25), monotonic: world.now.monotonic + .seconds(25))
        #expect(world.scheduler.isStopped(at: late))
        #expect(world.scheduler.nextLook(after: world.now) <= late.monotonic)
        try world.answerAll(World.success)
        #expect(!world.scheduler.isStopped(at: world.now))
        try world.look()
        #expect(world.scheduler.isStopped(at: world.now))
    }
}
