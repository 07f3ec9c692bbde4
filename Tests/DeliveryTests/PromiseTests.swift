@testable import Delivery
import Testing

/// The promise, against an API that fails in every way: never lost, and entered once for as long as keys are enforced.
@Suite struct PromiseTests {
    private static let rows = 150
    private static let journeys = [Journey(name: "welcome", id: 33), Journey(name: "other", id: 34)]

    private struct Run {
        var world: World
        var api: APIModel
        var random: SplitMix64

        init(_ seed: UInt64, enforcesKeys: Bool, idempotency: WorkerConfiguration.Idempotency) {
            world = World(
                journeys: journeys, connections: 3, batchSize: 7, idempotency: idempotency,
                rate: [RateLimit(requests: 50, per: .seconds(1))], seed: seed)
            api = APIModel()
            api.enforcesKeys = enforcesKeys
            random = SplitMix64(seed: seed)
            world.add(Make.rows(rows / 2), to: "welcome")
            world.add(Make.rows(rows / 2, from: Int64(rows / 2) + 1), to: "other")
        }

        /// Answers some of what is in flight in any order, and goes on.
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
            #expect(try world.whereabouts() == Array(1...Int64(rows)))
            // The halves of a refused batch come on top: they are what was frozen already.
            #expect(world.sending.values.count { $0.parent == nil } <= 12)
        }

        mutating func fault() throws {
            for round in 0..<150 {
                api.faults = 40
                api.isKeyRefused = (60..<70).contains(round)
                api.isJourneyLive = !(90..<105).contains(round)
                try step()
            }
            (api.faults, api.isKeyRefused, api.isJourneyLive) = (0, false, true)
        }

        var isDone: Bool { world.sending.isEmpty && world.resting.values.allSatisfy(\.isEmpty) }
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>, [WorkerConfiguration.Idempotency.enforced, .auto])
    func `where keys are enforced, every intent is entered once and the outbox drains when the faults end`(
        seed: UInt64, idempotency: WorkerConfiguration.Idempotency
    ) throws {
        var run = Run(seed, enforcesKeys: true, idempotency: idempotency)
        try run.fault()
        for _ in 0..<3000 where !run.isDone { try run.step() }
        #expect(run.isDone)
        #expect(!run.api.keyReused)
        #expect(run.api.entered.values.allSatisfy { $0 == 1 }, "entered more than once")
        let entered = Set(run.api.entered.keys)
        #expect(Set(run.world.delivered).isSubset(of: entered), "called delivered what was not")
        // In doubt is only what was replayed twice and could not be read; dead are the rows that deserve it.
        for (id, code) in run.world.dead {
            #expect(APIModel.isPoison(id) || APIModel.isRejected(id) || !entered.contains(id), "\(id) died of \(code)")
        }
        #expect(Set(run.world.delivered).union(run.world.inDoubt).union(run.world.dead.keys).count == Self.rows)
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>, [WorkerConfiguration.Idempotency.absent, .auto])
    func `where keys are ignored, nothing is entered twice: what may have run waits for a person`(
        seed: UInt64, idempotency: WorkerConfiguration.Idempotency
    ) throws {
        var run = Run(seed, enforcesKeys: false, idempotency: idempotency)
        try run.fault()
        for _ in 0..<3000 where !run.isDone { try run.step() }
        #expect(run.isDone)
        #expect(run.api.entered.values.allSatisfy { $0 == 1 }, "entered more than once")
        #expect(Set(run.world.delivered).isSubset(of: Set(run.api.entered.keys)))
        for id in run.api.entered.keys { #expect(run.world.dead[id] == nil, "\(id) was entered and died") }
    }
}
