import Delivery
import Sandbox

/// What a seed makes of a run: who is there, what goes wrong how often, and what may therefore be left open.
struct Scenario: Sendable {
    /// What an operator changes in the world while the worker works.
    struct Upsets: Sendable {
        var journeyStates = false
        var keyRotations = false
        var credit = false
        var operatorPauses = false
        var reloads = false
        var clockSteps = false
        var longOutages = false
        var secondWorker = false
        var freezes = false
    }

    var journeys: [Journey]
    var policy: DeliveryPolicy
    var idempotency: WorkerConfiguration.Idempotency
    var areKeysIgnored: Bool
    var rate: [RateLimit]
    var hasAPIRate: Bool
    var faults: Network.Faults
    var upsets: Upsets
    /// Of each store call: busy, a crash before it, a crash after it.
    var storeFaults: (busy: Double, crashBefore: Double, crashAfter: Double)
    /// Of each step of a process.
    var crash: Double
    /// How long things go wrong, in milliseconds.
    var chaos: Int64
    var commits: Int
    var poison: Double

    init(_ dice: inout Dice) {
        let shapes = (0..<(1 + dice.below(3))).map { index in (index, dice.chance(0.3)) }
        journeys = shapes.map { index, isEntrance in
            Journey(name: "j\(index)", id: Int64(10 + index), entranceID: isEntrance ? 42 : nil)
        }
        policy = DeliveryPolicy(
            batchSize: dice.pick([1, 3, 7, 20]), connections: 1 + dice.below(4), linger: .milliseconds(dice.below(30)),
            backoff: Backoff(initial: .milliseconds(50), max: .seconds(dice.pick([2, 60, 300]))),
            maxAttempts: 2 + dice.below(4))
        areKeysIgnored = dice.chance(0.15)
        idempotency = areKeysIgnored ? dice.pick([.auto, .absent]) : dice.pick([.auto, .auto, .enforced])
        hasAPIRate = dice.chance(0.3)
        rate = [RateLimit(requests: dice.pick([5, 20, 100]), per: .seconds(1))]
        let level = dice.pick([0, 0.02, 0.1, 0.3])
        func some(_ dice: inout Dice) -> Double { dice.chance(0.5) ? level : 0 }
        faults = Network.Faults(
            notSent: some(&dice), lostBefore: some(&dice), lostAfter: some(&dice), errorBefore: some(&dice),
            errorAfter: some(&dice), garbledAfter: dice.chance(0.3) ? level : 0, edgeRefusal: some(&dice) / 2,
            late: some(&dice) / 3)
        upsets = Upsets(
            journeyStates: dice.chance(0.3), keyRotations: dice.chance(0.2), credit: dice.chance(0.2),
            operatorPauses: dice.chance(0.2), reloads: dice.chance(0.2), clockSteps: dice.chance(0.15),
            longOutages: dice.chance(0.2), secondWorker: dice.chance(0.2), freezes: dice.chance(0.2))
        storeFaults = (dice.pick([0, 0.02]), dice.pick([0, 0.005, 0.02]), dice.pick([0, 0.005, 0.02]))
        crash = dice.pick([0, 0.0005, 0.003])
        chaos = dice.pick([5_000, 60_000, 3_600_000])
        commits = 5 + dice.below(40)
        poison = dice.pick([0, 0.05])
    }

    /// Whether anything in this run may leave an intent in doubt; if not, none may be.
    var mayLeaveDoubt: Bool {
        areKeysIgnored || faults.garbledAfter > 0 || upsets.keyRotations || upsets.clockSteps || upsets.longOutages
            || mayCrash || upsets.freezes
    }

    /// A batch in doubt for having ended too many workers is explained by crashes only.
    var mayCrash: Bool { crash > 0 || storeFaults.crashBefore > 0 || storeFaults.crashAfter > 0 || upsets.secondWorker }

    /// The budget, as the checker is to hold the log against it.
    var budgets: [(requests: Int, milliseconds: Int64)] {
        rate.map { ($0.requests, $0.per.components.seconds * 1000) }
    }

    var journeyNames: [String] { journeys.map(\.name) }

    func configuration() -> WorkerConfiguration {
        WorkerConfiguration(
            journeys: journeys, policy: policy, url: "http://api.test/api/client", version: "2026-04-28", rate: rate,
            idempotency: idempotency)
    }

    func sandbox(seed: UInt64) -> SandboxConfiguration {
        var configuration = SandboxConfiguration(
            apiKeys: ["sk_0"],
            journeys: journeys.map { journey in
                SandboxJourney(id: Int(journey.id), entranceIDs: journey.entranceID == nil ? [] : [42])
            },
            rate: hasAPIRate ? [SandboxRateLimit(requestsMax: 15, windowMilliseconds: 1000, scope: .address)] : [],
            seed: seed)
        configuration.faults.ignoresIdempotencyKeys = areKeysIgnored
        return configuration
    }
}
