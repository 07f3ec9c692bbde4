@testable import Delivery
import Testing

/// The time since which a batch is possibly executed, over sequences of answers.
@Suite struct StampTests {
    private static let timeout = Answer.silence(reason: "timeout")

    private static func world(_ idempotency: WorkerConfiguration.Idempotency = .enforced) throws -> World {
        var world = World(idempotency: idempotency)
        world.add(Make.rows(3))
        try world.look()
        return world
    }

    private static func resend(_ world: inout World) throws {
        for _ in 0..<50 where world.flights.isEmpty { try world.wait() }
        try #require(world.flights.count == 1)
    }

    @Test func `a batch executed without an answer, then a 429 and a day without answers, is in doubt`() throws {
        var world = try Self.world()
        let stamp = world.now.wall
        try world.answer(Self.timeout)
        try Self.resend(&world)
        try world.answer(Make.problem(429, "rate_limited", retryAfter: "5"))
        try world.look()
        #expect(world.sending.values.map(\.possiblyExecutedSince) == [stamp])
        try Self.resend(&world)
        world.advance(.seconds(25 * 3600))
        try world.answer(Self.timeout)
        #expect(world.inDoubt.isEmpty)
        while world.inDoubt.isEmpty && world.flights.isEmpty { try world.wait() }
        #expect(world.inDoubt == [1, 2, 3])
    }

    @Test func `a batch executed without an answer, then a 401, needs its old API key or is in doubt`()
        throws
    {
        for fingerprints in [["new", "current"], ["new"]] {
            var world = try Self.world()
            let batch = world.flights[0].batch
            try world.answer(Self.timeout)
            try Self.resend(&world)
            try world.answer(Make.problem(401, "authentication_required"))
            try world.look()
            #expect(world.sending[batch.id]?.possiblyExecutedSince == batch.possiblyExecutedSince)
            world.scheduler.know(fingerprints: fingerprints)
            world.scheduler.pauses.probeSoon(at: world.now.wall) { _ in true }
            for _ in 0..<5 where world.flights.isEmpty && world.inDoubt.isEmpty { try world.wait() }
            if fingerprints.count == 2 {
                #expect(world.flights.map(\.batch.key) == [batch.key])
                #expect(world.flights.map(\.batch.apiKeyFingerprint) == ["current"])
            } else {
                #expect(world.inDoubt == [1, 2, 3])
            }
        }
    }

    @Test func `after a timeout a replayed 402 proves that nothing was executed, and the rows get a new key`() throws {
        var world = try Self.world(.auto)
        let key = world.flights[0].batch.key
        try world.answer(Self.timeout)
        for _ in 0..<5 where world.enforcementProbes == 0 { try world.wait() }
        world.scheduler.receive(.enforced, at: world.now)
        try world.look()
        try world.answer(Make.problem(402, "quota_exceeded", replayed: true))
        try world.look()
        #expect(world.returned == 1)
        // What was true when the request was executed may not be true now: one request with the new key finds out.
        #expect(world.pauses.isEmpty)
        try Self.resend(&world)
        #expect(world.flights[0].batch.key != key)
    }

    @Test func `a 402 that is no replay proves nothing about earlier attempts`() throws {
        var world = try Self.world()
        let batch = world.flights[0].batch
        try world.answer(Self.timeout)
        try Self.resend(&world)
        try world.answer(Make.problem(402, "quota_exceeded"))
        try world.look()
        #expect(world.returned == 0)
        #expect(world.sending[batch.id]?.key == batch.key)
        try Self.resend(&world)
        #expect(world.flights[0].batch.key == batch.key)
    }

    @Test func `a request in progress and then replayed is delivered once`() throws {
        var world = try Self.world()
        let batch = world.flights[0].batch
        try world.answer(Self.timeout)
        try Self.resend(&world)
        try world.answer(Make.problem(409, "idempotency_in_progress", retryAfter: "2"))
        try world.look()
        #expect(world.sending[batch.id]?.possiblyExecutedSince == batch.possiblyExecutedSince)
        try Self.resend(&world)
        #expect(world.flights[0].batch.key == batch.key && world.flights[0].batch.body == batch.body)
        try world.answer(Make.json(200, #"{"created":3}"#, replayed: true))
        try world.look()
        #expect(world.delivered == [1, 2, 3])
    }

    @Test func `a refusal about every attempt returns the rows where keys are enforced, or on resend`()
        throws
    {
        var enforced = try Self.world()
        try enforced.answer(Self.timeout)
        try Self.resend(&enforced)
        try enforced.answer(Make.problem(409, "state_conflict"))
        try enforced.look()
        #expect(enforced.returned == 1)

        var absent = World(journeys: [Journey(name: "welcome", id: 33, onUnknown: .resend)], idempotency: .absent)
        absent.add(Make.rows(3))
        try absent.look()
        try absent.answer(Self.timeout)
        try Self.resend(&absent)
        try absent.answer(Make.problem(409, "state_conflict"))
        try absent.look()
        #expect(absent.returned == 1)
        #expect(absent.inDoubt.isEmpty)
    }

    @Test func `a proof about the first attempt removes the stamp, and a crash keeps it`() throws {
        var world = try Self.world()
        try world.answer(.notSent(reason: "refused"))
        try world.look()
        #expect(world.sending.values.map(\.possiblyExecutedSince) == [nil])
        try Self.resend(&world)
        let batch = try #require(world.sending.values.first)
        #expect(batch.possiblyExecutedSince == world.now.wall)
        var successor = World(inheriting: [batch])
        try successor.look()
        #expect(successor.clockProbes == 1 && successor.flights.isEmpty)
        try successor.look()
        #expect(successor.flights.map(\.batch.key) == [batch.key])
        #expect(successor.flights.map(\.batch.possiblyExecutedBefore) == [batch.possiblyExecutedSince])
    }

    @Test(arguments: [400, 403, 404, 407, 451])
    func
        `an edge's refusal takes back no earlier attempt's stamp, not even where keys are ignored and resending is wanted`(
            status: Int
        ) throws
    {
        let batch = try Make.batch(Make.rows(2), before: Make.earlier)
        let verdict = Classifier().judge(.response(Make.page(status)), to: batch, at: Make.now)
        var policy = Make.settlementPolicy(.absent, onUnknown: .resend)
        let settlement = try policy.settle(batch, verdict)
        guard case .sending(_, let stamp) = settlement.fate else {
            Issue.record("\(settlement.fate)")
            return
        }
        #expect(stamp == Make.earlier)
        #expect(settlement.leaving.isEmpty && settlement.successors.isEmpty)
    }
}
