@testable import Delivery
import Testing

/// When settlements are stored while a rate limit holds back the next claims.
@Suite struct SchedulerSettlementTests {
    /// One of several requests has been answered, and the rate has no room for the next one yet.
    private static func answered(of count: Int, batchSize: Int = 1) throws -> World {
        var world = World(batchSize: batchSize, rate: [RateLimit(requests: 20, per: .seconds(1))])
        world.add(Make.rows(count))
        try world.look()
        while world.flights.isEmpty { try world.wait() }
        #expect(world.flights.count == 1)
        try world.answer(World.success)
        try world.look()
        return world
    }

    @Test func `a settlement shares the commit of the next claims when the rate allows them soon`() throws {
        var world = try Self.answered(of: 5)
        let start = world.now.monotonic
        #expect(world.delivered.isEmpty)
        while world.flights.isEmpty { try world.wait() }
        #expect(world.delivered == [1])
        #expect(world.now.monotonic - start <= PendingSettlements.waitMax)
    }

    @Test func `a settlement is stored at once when nothing more is to be claimed`() throws {
        #expect(try Self.answered(of: 1, batchSize: 10).delivered == [1])
    }

    @Test func `a worker that stops stores the settlements that it holds`() throws {
        var world = try Self.answered(of: 5)
        #expect(world.delivered.isEmpty)
        world.scheduler.stop(at: world.now)
        try world.look()
        #expect(world.delivered == [1])
        #expect(world.scheduler.isStopped(at: world.now))
    }
}
