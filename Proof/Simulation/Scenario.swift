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
        /// Of the wall clock, while nobody runs.
        var clockSteps = false
        /// Of the wall clock, under running workers.
        var clockJumps = false
        var outages = false
        var secondWorker = false
        var freezes = false
        var restore = false
        /// The restore falls into the moment after a commit that was not noted outside the database.
        var lostNote = false
    }

    var journeys: [Journey]
    var policy: DeliveryPolicy
    var idempotency: WorkerConfiguration.Idempotency
    var areKeysIgnored: Bool
    var rate: [RateLimit]
    var apiRate: SandboxRateLimit?
    var faults: Network.Faults
    var upsets: Upsets
    /// Of each store call: busy, a crash before it, a crash after it.
    var storeFaults: (busy: Double, crashBefore: Double, crashAfter: Double)
    /// Of each step of a process.
    var crash: Double
    /// How long things go wrong, in milliseconds.
    var chaos: Int64
    /// Transactions of producers.
    var commits: Int
    /// Intents in one of them, at most.
    var together: Int
    var poison: Double
    var ordering: Double
    var dedup: Double
    var expiry: Double
    /// How many requests' worth of intents each journey has at the very end.
    var crowd = 0

    static let dayLong: Int64 = 100_000_000

    init(_ dice: inout Dice, tilted lanes: Set<Lane> = []) {
        let shapes = (0..<(1 + dice.below(3))).map { index in (index, dice.chance(0.3)) }
        journeys = shapes.map { index, isEntrance in
            Journey(
                name: "j\(index)", id: Int64(10 + index), entranceID: isEntrance ? 42 : nil,
                onUnknown: dice.chance(0.05) ? .resend : .hold, priority: dice.pick([0, 0, 5, -5]))
        }
        policy = DeliveryPolicy(
            batchSize: dice.pick([1, 3, 7, 20]), connections: 1 + dice.below(4), linger: .milliseconds(dice.below(30)),
            backoff: Backoff(initial: .milliseconds(50), max: .seconds(dice.pick([2, 60, 300]))),
            maxAttempts: 2 + dice.below(4))
        areKeysIgnored = dice.chance(0.15)
        idempotency = areKeysIgnored ? dice.pick([.auto, .absent]) : dice.pick([.auto, .auto, .enforced])
        apiRate = dice.chance(0.3) ? dice.pick([Self.apiRate(15, 1000), Self.apiRate(60, 20_000)]) : nil
        // Half of them tell how much is left in their answers.
        if apiRate != nil, dice.chance(0.5) {
            apiRate?.tier = "starter"
            apiRate?.scope = .apiKey
        }
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
            outages: dice.chance(0.2), secondWorker: dice.chance(0.2), freezes: dice.chance(0.2),
            restore: dice.chance(0.1))
        storeFaults = (dice.pick([0, 0.02]), dice.pick([0, 0.005, 0.02]), dice.pick([0, 0.005, 0.02]))
        crash = dice.pick([0, 0.0005, 0.003])
        chaos = dice.pick([5_000, 60_000, 3_600_000])
        if dice.chance(0.02) { chaos = Self.dayLong }
        // Few in most runs: what goes wrong needs few intents to show, and more seeds fit into an hour.
        (commits, together) = (1 + dice.below(dice.pick([3, 8, 30])), dice.pick([1, 3, 8]))
        poison = dice.pick([0, 0.05])
        ordering = dice.pick([0, 0, 0.3])
        dedup = dice.pick([0, 0, 0.2])
        expiry = dice.pick([0, 0, 0.2])
        faults.mismatched = dice.chance(0.05) ? 0.02 : 0
        faults.abandoned = some(&dice) / 3
        if dice.chance(0.2) { block() }
        upsets.clockJumps = dice.chance(0.1)
        upsets.lostNote = dice.chance(0.3)
        if dice.chance(0.05) { gather() }
        for lane in Lane.allCases where lanes.contains(lane) { tilt(to: lane) }
        if chaos >= Self.dayLong { lengthen() }
    }

    private static func apiRate(_ requests: Int, _ window: Int64) -> SandboxRateLimit {
        SandboxRateLimit(requestsMax: requests, windowMilliseconds: window, scope: .address)
    }

    /// A day is played with few requests: whoever waits, waits long.
    private mutating func lengthen() {
        policy.backoff.max = .seconds(1800)
        policy.connections = min(policy.connections, 2)
        (upsets.outages, upsets.operatorPauses, upsets.journeyStates) = (true, false, false)
        commits = min(commits, 12)
    }

    private mutating func gather() {
        (crowd, policy.batchSize) = (Self.crowded, min(policy.batchSize, 3))
    }

    /// Requests that each journey has to send in a crowd, at least.
    static let crowded = 30

    private mutating func block() {
        for index in journeys.indices { journeys[index].onDead = .block }
    }

    private mutating func tilt(to lane: Lane) {
        switch lane {
        case .lostAnswers: faults.lostAfter = 0.3
        case .abandonedRequests: (faults.abandoned, areKeysIgnored, idempotency) = (0.3, false, .enforced)
        case .errors: (faults.errorBefore, faults.errorAfter) = (0.15, 0.3)
        case .garbled: faults.garbledAfter = 0.3
        case .edgeRefusals: faults.edgeRefusal = 0.3
        case .outages: upsets.outages = true
        case .longOutage: chaos = Self.dayLong
        case .busyDatabase: storeFaults.busy = 0.2
        case .restarts: (crash, storeFaults.crashAfter) = (0.005, 0.03)
        case .secondWorker: upsets.secondWorker = true
        case .freezes: upsets.freezes = true
        case .apiLimits: (apiRate, rate) = (Self.apiRate(10, 20_000), [RateLimit(requests: 100, per: .seconds(1))])
        case .keyRotations: upsets.keyRotations = true
        case .closedJourneys: upsets.journeyStates = true
        case .reloads: upsets.reloads = true
        case .clockJumps: (upsets.clockJumps, policy.linger) = (true, .seconds(2))
        case .operatorPauses: upsets.operatorPauses = true
        case .poison: poison = 0.2
        case .ordering: ordering = 0.6
        case .blocking:
            (ordering, poison) = (0.6, 0.2)
            block()
        case .dedup: dedup = 0.5
        case .expiry: expiry = 0.5
        case .ignoredKeys: (areKeysIgnored, idempotency) = (true, .auto)
        case .mismatches: faults.mismatched = 0.1
        case .restores: (upsets.restore, upsets.lostNote, chaos) = (true, false, 60_000)
        case .lostNotes: (upsets.restore, upsets.lostNote, chaos) = (true, true, 60_000)
        case .smallBudget: (rate, chaos) = ([RateLimit(requests: 5, per: .seconds(1))], 5_000)
        case .largeBatches: (policy.batchSize, commits, together) = (20, 40, 8)
        case .crowds:
            while journeys.count < 3 {
                journeys.append(Journey(name: "j\(journeys.count)", id: Int64(10 + journeys.count)))
            }
            for (index, priority) in [0, 5, -5].enumerated() { journeys[index].priority = priority }
            gather()
        }
    }

    /// Whether anything in this run may leave an intent in doubt; if not, none may be.
    var mayLeaveDoubt: Bool {
        areKeysIgnored || faults.garbledAfter > 0 || faults.mismatched > 0 || upsets.keyRotations || isClockWrong
            || upsets.outages || mayCrash || upsets.freezes || upsets.restore
    }

    var isClockWrong: Bool { upsets.clockSteps || upsets.clockJumps }

    /// A batch in doubt for having ended too many workers is explained by crashes only.
    var mayCrash: Bool { crash > 0 || storeFaults.crashBefore > 0 || storeFaults.crashAfter > 0 || upsets.secondWorker }

    /// The budget, as the checker is to hold the log against it.
    var budgets: [(requests: Int, milliseconds: Int64)] {
        rate.map { ($0.requests, $0.per.components.seconds * 1000) }
    }

    /// Requests for one intent that is rejected for now.
    var maxAttempts: Int { policy.maxAttempts }

    /// Journeys with one request for each user.
    var oneByOne: Set<String> { Set(journeys.filter { $0.entranceID != nil }.map(\.name)) }

    /// Journeys with `on_dead: block`.
    var blocking: Set<String> { Set(journeys.filter { $0.onDead == .block }.map(\.name)) }

    /// Whether dead letters have held up their ordering key at all times: a reload may let them go for a while, and a
    /// restore forgets them.
    var alwaysHoldsUp: Bool { !upsets.reloads && !upsets.restore }

    var journeyNames: [String] { journeys.map(\.name) }

    /// Journeys that a person has told to send again what nobody knows: such an intent may be entered once more.
    var resending: Set<String> { Set(journeys.filter { $0.onUnknown == .resend }.map(\.name)) }

    func configuration() -> WorkerConfiguration {
        WorkerConfiguration(
            journeys: journeys, policy: policy, url: "http://api.test/api/client", version: "2026-04-28", rate: rate,
            idempotency: idempotency)
    }

    /// A later configuration: journeys left out for a while, moved to another number, limits changed.
    func reconfigured(_ dice: inout Dice) -> WorkerConfiguration {
        var configuration = configuration()
        configuration.journeys = journeys.compactMap { journey in
            if dice.chance(0.2) { return nil }
            var journey = journey
            if dice.chance(0.3) { journey.id += Self.renumbering }
            journey.priority = dice.pick([0, 5, -5])
            if dice.chance(0.3) { journey.onDead = dice.pick([.block, .continue]) }
            return journey
        }
        configuration.policy.batchSize = dice.pick([1, 3, 7, 20])
        configuration.policy.connections = 1 + dice.below(4)
        return configuration
    }

    /// What a journey's other number at the API differs by.
    static let renumbering: Int64 = 10

    func sandbox(seed: UInt64) -> SandboxConfiguration {
        var configuration = SandboxConfiguration(
            apiKeys: [Universe.firstSecret],
            journeys: journeys.flatMap { journey in
                [journey.id, journey.id + Self.renumbering].map { id in
                    SandboxJourney(id: Int(id), entranceIDs: journey.entranceID == nil ? [] : [42])
                }
            },
            rate: apiRate.map { [$0] } ?? [], seed: seed)
        configuration.faults.ignoresIdempotencyKeys = areKeysIgnored
        return configuration
    }
}
