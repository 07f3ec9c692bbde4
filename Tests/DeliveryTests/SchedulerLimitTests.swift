@testable import Delivery
import Testing

/// What a 429 does to later requests.
@Suite struct SchedulerLimitTests {
    private static let two = [Journey(name: "welcome", id: 33), Journey(name: "other", id: 34)]

    private static func limited(_ retryAfter: String?) -> Answer {
        .response(Make.problem(429, "rate_limited", retryAfter: retryAfter))
    }

    @Test func `a 429 pauses everything for its time, and the batches keep their keys`() throws {
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
                $0.batch.attempt == 2 && $0.batch.possiblyExecutedBefore == nil
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

    @Test func `several 429 answers to one burst count as one limit`() throws {
        var world = World()
        world.add(Make.rows(500))
        try world.look()
        let start = world.now.monotonic
        while world.flights.count > 1 { try world.answer(Self.limited("2")) }
        try world.look()
        // A later answer of the same burst is neither a repeated limit nor the end of it.
        world.advance(.seconds(1))
        try world.answer(Self.limited("2"))
        while world.flights.isEmpty { try world.wait() }
        #expect(world.now.monotonic - start <= .milliseconds(3501))
    }

    @Test func `requests stay within the windows over hours of work`() throws {
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
}
