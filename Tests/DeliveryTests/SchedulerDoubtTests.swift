@testable import Delivery
import Testing

/// Possibly executed batches: with which API key they are sent again, and when they are in doubt.
@Suite struct SchedulerDoubtTests {
    private static let timeout = Answer.silence(reason: "timeout")
    private static let unauthorized = Answer.response(Make.problem(401, "authentication_required"))

    @Test(arguments: [Journey.OnUnknown.hold, .resend])
    func `a possibly executed batch is sent with its key until unknown_after, then by the journey's policy`(
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

    @Test func `after a key rotation only possibly executed batches keep the old API key`() throws {
        var world = World()
        world.add(Make.rows(20))
        try world.look()
        let first = world.flights[0].batch
        let second = world.flights[1].batch
        try world.answer(Self.timeout)
        try world.answer(.notSent(reason: "refused"))
        world.scheduler.know(fingerprints: ["new", "current"])
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

    @Test func `without its API key a possibly executed batch is in doubt`() throws {
        var world = World()
        world.add(Make.rows(2))
        try world.look()
        try world.answer(Self.timeout)
        world.scheduler.know(fingerprints: ["new"])
        for _ in 0..<5 where world.inDoubt.isEmpty { try world.wait() }
        #expect(world.inDoubt == [1, 2])
    }

    @Test func `a 401 for a replaced API key pauses nothing`() throws {
        var world = World()
        world.add(Make.rows(10))
        try world.look()
        try world.answer(Self.timeout)
        world.scheduler.know(fingerprints: ["new", "current"])
        for _ in 0..<5 where world.flights.isEmpty { try world.wait() }
        try world.answer(Self.unauthorized)
        world.add(Make.rows(1, from: 100))
        try world.look()
        #expect(world.inDoubt == Array(1...10))
        #expect(world.pauses.isEmpty)
        #expect(world.flights.map(\.batch.apiKeyFingerprint) == ["new"])
    }

    @Test func `before a possibly executed batch is sent again, key enforcement is probed`() throws {
        var world = World(idempotency: .auto)
        world.add(Make.rows(2))
        try world.look()
        try world.answer(Self.timeout)
        for _ in 0..<5 where world.enforcementProbes == 0 { try world.wait() }
        #expect(world.enforcementProbes == 1 && world.flights.isEmpty)
        world.scheduler.receive(.inconclusive, at: world.now)
        let start = world.now.monotonic
        while world.enforcementProbes == 1 { try world.wait() }
        #expect(world.now.monotonic - start >= .seconds(1) && world.now.monotonic - start <= .seconds(2))
        #expect(world.flights.isEmpty)
        var absent = world
        world.scheduler.receive(.enforced, at: world.now)
        try world.look()
        #expect(world.flights.count == 1)
        absent.scheduler.receive(.absent, at: absent.now)
        try absent.look()
        try absent.wait()
        #expect(absent.inDoubt == [1, 2])
    }

    @Test func `key enforcement is probed at once for another API key, even right after a finding about the last one`()
        throws
    {
        var world = World(idempotency: .auto)
        world.add(Make.rows(2))
        try world.look()
        try world.answer(Self.timeout)
        for _ in 0..<5 where world.enforcementProbes == 0 { try world.wait() }
        world.scheduler.receive(.enforced, at: world.now)
        try world.look()
        try world.answer(Self.timeout)
        world.scheduler.know(fingerprints: ["new", "current"])
        let start = world.now.monotonic
        for _ in 0..<20 where world.enforcementProbes == 1 { try world.wait() }
        #expect(world.enforcementProbes == 2)
        #expect(world.now.monotonic - start <= .seconds(10))
    }

    @Test func `before the time is known, key enforcement is not probed`() throws {
        var world = World(idempotency: .auto, inheriting: [try Make.batch(Make.rows(1))])
        world.scheduler.inheritedBatches.endAsking(nil, backoff: Backoff(), at: world.now)
        world.scheduler.needsDueWork = false
        world.scheduler.queue.receive(DueWork(supplied: [], nextDue: [:], pauses: []))
        #expect(world.scheduler.nextLook(after: world.now) == world.now.monotonic + .seconds(1))
    }

    @Test func `what the configuration says about keys is not stored as a finding`() throws {
        var world = World(idempotency: .enforced)
        var configuration = world.scheduler.configuration
        configuration.idempotency = .auto
        world.scheduler.reconfigure(configuration, at: world.now)
        #expect(world.scheduler.enforcement == .unproven)
    }
}
