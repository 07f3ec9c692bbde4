import Delivery
import Sandbox

/// Drawing a scenario from the random numbers of a seed, and changing it by tilts.
extension Scenario {
    init(_ random: inout PRNG, tilted tilts: Set<Tilt> = []) {
        let shapes = (0..<(1 + random.below(3))).map { index in (index, random.chance(0.3)) }
        journeys = shapes.map { index, isEntrance in
            Journey(
                name: "j\(index)", id: Int64(10 + index), entranceID: isEntrance ? 42 : nil,
                onUnknown: random.chance(0.05) ? .resend : .hold, priority: random.pick([0, 0, 5, -5]))
        }
        policy = DeliveryPolicy(
            batchSize: random.pick([1, 3, 7, 20]), connections: 1 + random.below(4),
            linger: .milliseconds(random.below(30)),
            backoff: Backoff(initial: .milliseconds(50), max: .seconds(random.pick([2, 60, 300]))),
            maxAttempts: 2 + random.below(4))
        areKeysIgnored = random.chance(0.15)
        idempotency = areKeysIgnored ? random.pick([.auto, .absent]) : random.pick([.auto, .auto, .enforced])
        apiRate = random.chance(0.3) ? random.pick([Self.apiRate(15, 1000), Self.apiRate(60, 20_000)]) : nil
        // Half of these APIs report the remaining quota in their answers.
        if apiRate != nil, random.chance(0.5) {
            apiRate?.tier = "starter"
            apiRate?.scope = .apiKey
        }
        rate = [RateLimit(requests: random.pick([5, 20, 100]), per: .seconds(1))]
        let level = random.pick([0, 0.02, 0.1, 0.3])
        func faultRate(_ random: inout PRNG) -> Double { random.chance(0.5) ? level : 0 }
        faults = Network.FaultRates(
            notSent: faultRate(&random), lostBefore: faultRate(&random), lostAfter: faultRate(&random),
            errorBefore: faultRate(&random),
            errorAfter: faultRate(&random), garbledAfter: random.chance(0.3) ? level : 0,
            edgeRefusal: faultRate(&random) / 2,
            late: faultRate(&random) / 3)
        disruptions = Disruptions(
            journeyStates: random.chance(0.3), keyRotations: random.chance(0.2), credit: random.chance(0.2),
            operatorPauses: random.chance(0.2), reloads: random.chance(0.2), clockSteps: random.chance(0.15),
            outages: random.chance(0.2), secondWorker: random.chance(0.2), freezes: random.chance(0.2),
            restore: random.chance(0.1))
        storeFaults = (random.pick([0, 0.02]), random.pick([0, 0.005, 0.02]), random.pick([0, 0.005, 0.02]))
        crashRate = random.pick([0, 0.0005, 0.003])
        faultDuration = random.pick([5_000, 60_000, 3_600_000])
        if random.chance(0.02) { faultDuration = Self.dayLong }
        // Most runs have few intents. They are enough to show a fault, and more seeds can be run in the same time.
        (transactions, intentsPerTransaction) = (1 + random.below(random.pick([3, 8, 30])), random.pick([1, 3, 8]))
        poison = random.pick([0, 0.05])
        ordering = random.pick([0, 0, 0.3])
        dedup = random.pick([0, 0, 0.2])
        expiry = random.pick([0, 0, 0.2])
        faults.mismatched = random.chance(0.05) ? 0.02 : 0
        faults.abandoned = faultRate(&random) / 3
        if random.chance(0.2) { blockOnDead() }
        disruptions.clockJumps = random.chance(0.1)
        disruptions.lostRecord = random.chance(0.3)
        if random.chance(0.05) { enlargeFinalLoad() }
        for tilt in Tilt.allCases where tilts.contains(tilt) { apply(tilt) }
        if faultDuration >= Self.dayLong { adaptToLongDuration() }
    }

    private static func apiRate(_ requests: Int, _ window: Int64) -> SandboxRateLimit {
        SandboxRateLimit(requestsMax: requests, windowMilliseconds: window, scope: .address)
    }

    /// Keeps the number of requests small in a run of more than a day: fewer connections and intents, longer waits.
    private mutating func adaptToLongDuration() {
        policy.backoff.max = .seconds(1800)
        policy.connections = min(policy.connections, 2)
        (disruptions.outages, disruptions.operatorPauses, disruptions.journeyStates) = (true, false, false)
        transactions = min(transactions, 12)
    }

    private mutating func enlargeFinalLoad() {
        (finalRequestsPerJourney, policy.batchSize) = (Self.largeFinalLoad, min(policy.batchSize, 3))
    }

    private mutating func blockOnDead() {
        for index in journeys.indices { journeys[index].onDead = .block }
    }

    private mutating func apply(_ tilt: Tilt) {
        switch tilt {
        case .lostAnswers: faults.lostAfter = 0.3
        case .abandonedRequests: (faults.abandoned, areKeysIgnored, idempotency) = (0.3, false, .enforced)
        case .errors: (faults.errorBefore, faults.errorAfter) = (0.15, 0.3)
        case .garbled: faults.garbledAfter = 0.3
        case .edgeRefusals: faults.edgeRefusal = 0.3
        case .outages: disruptions.outages = true
        case .longOutage: faultDuration = Self.dayLong
        case .busyDatabase: storeFaults.busy = 0.2
        case .restarts: (crashRate, storeFaults.crashAfter) = (0.005, 0.03)
        case .secondWorker: disruptions.secondWorker = true
        case .freezes: disruptions.freezes = true
        case .apiLimits: (apiRate, rate) = (Self.apiRate(10, 20_000), [RateLimit(requests: 100, per: .seconds(1))])
        case .keyRotations: disruptions.keyRotations = true
        case .closedJourneys: disruptions.journeyStates = true
        case .reloads: disruptions.reloads = true
        case .clockJumps: (disruptions.clockJumps, policy.linger) = (true, .seconds(2))
        case .operatorPauses: disruptions.operatorPauses = true
        case .poison: poison = 0.2
        case .ordering: ordering = 0.6
        case .blocking:
            (ordering, poison) = (0.6, 0.2)
            blockOnDead()
        case .dedup: dedup = 0.5
        case .expiry: expiry = 0.5
        case .ignoredKeys: (areKeysIgnored, idempotency) = (true, .auto)
        case .mismatches: faults.mismatched = 0.1
        case .restores: (disruptions.restore, disruptions.lostRecord, faultDuration) = (true, false, 60_000)
        case .lostNotes: (disruptions.restore, disruptions.lostRecord, faultDuration) = (true, true, 60_000)
        case .smallBudget: (rate, faultDuration) = ([RateLimit(requests: 5, per: .seconds(1))], 5_000)
        case .largeBatches: (policy.batchSize, transactions, intentsPerTransaction) = (20, 40, 8)
        case .crowds:
            while journeys.count < 3 {
                journeys.append(Journey(name: "j\(journeys.count)", id: Int64(10 + journeys.count)))
            }
            for (index, priority) in [0, 5, -5].enumerated() { journeys[index].priority = priority }
            enlargeFinalLoad()
        }
    }
}
