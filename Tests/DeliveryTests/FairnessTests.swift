@testable import Delivery
import Testing

/// Which journeys get the requests when there are fewer requests than journeys, and how many batches are frozen.
@Suite struct FairnessTests {
    private static let refused = Answer.response(Make.problem(422, "validation_failed"))

    private static func journeys(_ count: Int) -> [Journey] {
        (0..<count).map { Journey(name: "j\($0)", id: Int64($0 + 1)) }
    }

    @Test func `a journey whose requests take 30 s never uses every connection`() throws {
        var world = World(journeys: Self.journeys(2), connections: 4)
        world.add(Make.rows(1000), to: "j0")
        for _ in 0..<20 {
            try world.wait()
            world.advance(.seconds(1))
            #expect(world.flights.count <= 3)
        }
        for turn in 0..<5 {
            world.add(Make.rows(1, from: 10_000 + Int64(turn)), to: "j1")
            try world.look()
            let index = try #require(world.flights.firstIndex { $0.batch.journey == "j1" })
            #expect(world.flights.count <= 4)
            world.flights.swapAt(0, index)
            try world.answer(World.success)
        }
    }

    @Test func `batches that are due again at once do not use every connection either`() throws {
        var world = World(journeys: Self.journeys(2), connections: 4)
        world.add(Make.rows(1000), to: "j0")
        for _ in 0..<10 {
            try world.wait()
            #expect(world.flights.count <= 3)
            try world.answerAll(.response(Make.problem(503, "service_unavailable")))
        }
    }

    /// With one permit at a time: how many requests of the large journey leave between two of the small one.
    @Test(arguments: [0, 1000])
    func `a journey with a million rows leaves other journeys their turns`(priority: Int) throws {
        var journeys = Self.journeys(2)
        journeys[0].priority = priority
        var world = World(journeys: journeys, batchSize: 1, rate: [RateLimit(requests: 10, per: .seconds(1))])
        world.add(Make.rows(2000), to: "j0")
        var waits: [Duration] = []
        for turn in 0..<20 {
            world.add(Make.rows(1, from: 10_000 + Int64(turn)), to: "j1")
            let start = world.now.monotonic
            while !world.flights.contains(where: { $0.batch.journey == "j1" }) {
                try world.wait()
                if world.flights.contains(where: { $0.batch.journey == "j1" }) { break }
                try world.answerAll(World.success)
            }
            waits.append(world.now.monotonic - start)
            try world.answerAll(World.success)
        }
        // At most four requests of the other journey, at ten a second.
        #expect(waits.allSatisfy { $0 <= .milliseconds(600) }, "\(waits)")
    }

    @Test func `open batches of other journeys do not hold back a journey without one`() throws {
        var world = World(journeys: Self.journeys(2), connections: 4, rate: [RateLimit(requests: 5, per: .seconds(1))])
        world.add(Make.rows(200), to: "j0")
        var waits: [Duration] = []
        for turn in 0..<5 {
            for _ in 0..<10 {
                try world.wait()
                try world.answerAll(Self.refused)
            }
            world.add(Make.rows(1, from: 10_000 + Int64(turn)), to: "j1")
            let start = world.now.monotonic
            for _ in 0..<100 {
                try world.wait()
                if world.flights.contains(where: { $0.batch.journey == "j1" }) { break }
                try world.answerAll(Self.refused)
            }
            waits.append(world.now.monotonic - start)
            while !world.flights.isEmpty {
                try world.answer(world.flights[0].batch.journey == "j1" ? World.success : Self.refused)
            }
        }
        #expect(waits.allSatisfy { $0 <= .seconds(1) }, "\(waits)")
    }

    @Test func `a split freezes no further row, and leaves two parts of each size for a request`() throws {
        var world = World(connections: 4, batchSize: 100)
        world.add(Make.rows(3000))
        var rowsMax = 0
        for _ in 0..<600 {
            try world.wait()
            rowsMax = max(rowsMax, world.sending.values.reduce(0) { $0 + $1.size })
            // All at once, which is the worst case for the count.
            try world.answerAll(Self.refused)
        }
        // Three requests under way, with two parts of each of seven sizes for each, and the six claimed batches.
        #expect(rowsMax <= 600)
        #expect(world.frozenMax <= 6 + 3 * 2 * 7, "\(world.frozenMax)")
    }

    @Test func `while the API is down, twice as many batches are frozen as there are connections`() throws {
        var world = World(journeys: Self.journeys(5), connections: 4)
        for index in 0..<5 { world.add(Make.rows(2000, from: Int64(index * 10_000)), to: "j\(index)") }
        for answer in [Answer.notSent(reason: "refused"), .silence(reason: "timeout")] {
            for _ in 0..<200 {
                try world.wait()
                try world.answerAll(answer)
            }
        }
        #expect(world.frozenMax == 8)
    }
}
