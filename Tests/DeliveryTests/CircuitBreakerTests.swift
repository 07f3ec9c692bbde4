@testable import Delivery
import Testing

/// Journeys that fail, settings that change while batches are frozen, and what this does to other journeys.
@Suite struct CircuitBreakerTests {
    private static func changed(_ world: World, _ change: (inout WorkerConfiguration) -> Void) -> WorkerConfiguration {
        var configuration = world.scheduler.configuration
        change(&configuration)
        return configuration
    }

    @Test func `a batch that was not executed follows a journey whose id changes`() throws {
        var world = World()
        world.add(Make.rows(3))
        try world.look()
        try world.answer(.notSent(reason: "refused"))
        world.scheduler.reconfigure(
            Self.changed(world) { $0.journeys = [Journey(name: "welcome", id: 34)] }, at: world.now)
        for _ in 0..<5 where world.flights.isEmpty { try world.wait() }
        #expect(world.returned == 1)
        #expect(world.flights.allSatisfy { $0.batch.possiblyExecutedBefore == nil })
        #expect(world.inDoubt.isEmpty)
    }

    @Test func `a refusal of a replaced API version pauses nothing`() throws {
        var world = World()
        world.add(Make.rows(3))
        try world.look()
        try world.answer(.silence(reason: "timeout"))
        world.scheduler.reconfigure(Self.changed(world) { $0.version = "2027-01-01" }, at: world.now)
        for _ in 0..<5 where world.flights.isEmpty { try world.wait() }
        try world.answer(Make.problem(400, "version_unsupported"))
        try world.look()
        #expect(world.pauses.isEmpty)
        #expect(world.sending.values.first?.possiblyExecutedSince != nil)
    }

    @Test func `where keys are not enforced, an outage of an hour leaves only a few intents in doubt`() throws {
        var world = World(idempotency: .absent)
        world.add(Make.rows(2000))
        for _ in 0..<500 where world.now.wall - Make.now < .seconds(3600) {
            try world.wait()
            try world.answerAll(.response(Make.page(503)))
        }
        #expect(world.now.wall - Make.now >= .seconds(3600))
        #expect((1...400).contains(world.inDoubt.count))
    }

    @Test func `a wrong setting pauses a slow journey too before its rows become dead one by one`() throws {
        var world = World()
        for id in 1...30 as ClosedRange<Int64> {
            world.add(Make.rows(1, from: id))
            let end = world.now.wall + .seconds(10)
            for _ in 0..<60 where world.now.wall < end {
                try world.wait()
                try world.answerAll(.response(Make.problem(422, "validation_failed")))
            }
            if world.now.wall < end { world.advance(end - world.now.wall) }
        }
        #expect(world.pauses.map(\.cause) == ["rows_refused"])
        #expect(world.dead.count < RefusalCounts.alikeMax)
    }
}
