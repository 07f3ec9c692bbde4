@testable import Delivery
import Testing

/// A run of a scheduler against an API that fails in every way.
struct PromiseRun {
    static let rows = 150
    private static let journeys = [Journey(name: "welcome", id: 33), Journey(name: "other", id: 34)]

    var world: World
    var api: APIModel
    var random: SplitMix64

    init(_ seed: UInt64, enforcesKeys: Bool, idempotency: WorkerConfiguration.Idempotency) {
        world = World(
            journeys: Self.journeys, connections: 3, batchSize: 7, idempotency: idempotency,
            rate: [RateLimit(requests: 50, per: .seconds(1))], seed: seed)
        api = APIModel()
        api.enforcesKeys = enforcesKeys
        random = SplitMix64(seed: seed)
        world.add(Make.rows(Self.rows / 2), to: "welcome")
        world.add(Make.rows(Self.rows / 2, from: Int64(Self.rows / 2) + 1), to: "other")
    }

    /// Answers some of the requests under way in random order, and continues.
    mutating func step() throws {
        world.flights.shuffle(using: &random)
        let count = Int.random(in: 1...4, using: &random)
        for _ in 0..<count where !world.flights.isEmpty {
            try world.answer(try api.answer(world.flights[0].batch, &random))
        }
        for name in world.reads {
            world.scheduler.receive(
                JourneyReport(reading: api.isJourneyLive ? .live : .notLive), ofJourney: name, at: world.now)
        }
        world.reads = []
        if world.enforcementProbes > 0 {
            world.enforcementProbes = 0
            let isInconclusive = Int.random(in: 0..<3, using: &random) == 0
            world.scheduler.receive(
                isInconclusive ? .inconclusive : api.enforcesKeys ? .enforced : .absent, at: world.now)
        }
        if Int.random(in: 0..<4, using: &random) == 0 { world.scheduler.needsDueWork = true }
        try world.wait()
        #expect(try world.intentIDs() == Array(1...Int64(Self.rows)))
        // The halves of a refused batch are added: their rows were frozen before.
        #expect(world.sending.values.count { $0.parent == nil } <= 12)
    }

    mutating func fault() throws {
        for round in 0..<150 {
            setFaults(round: round)
            try step()
        }
        (api.faults, api.isKeyRefused, api.isJourneyLive) = (0, false, true)
    }

    /// The faults of a round: random ones all the time, a refused API key and a journey that is not live for a time.
    mutating func setFaults(round: Int) {
        api.faults = 40
        api.isKeyRefused = (60..<70).contains(round)
        api.isJourneyLive = !(90..<105).contains(round)
    }

    var isDone: Bool { world.sending.isEmpty && world.resting.values.allSatisfy(\.isEmpty) }
}
