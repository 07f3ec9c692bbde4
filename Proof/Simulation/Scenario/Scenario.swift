import Delivery
import Sandbox

/// The parameters of one run, drawn from its seed: journeys and policies, how often each fault occurs, and which
/// outcomes these faults explain.
struct Scenario: Sendable {
    /// Which disruptions of the worker's environment the run has.
    struct Disruptions: Sendable {
        var journeyStates = false
        var keyRotations = false
        var credit = false
        var operatorPauses = false
        var reloads = false
        /// Steps of the wall clock while no worker runs.
        var clockSteps = false
        /// Steps of the wall clock while workers run.
        var clockJumps = false
        var outages = false
        var secondWorker = false
        var freezes = false
        var restore = false
        /// The restore follows directly on a commit that was not recorded in the state directory.
        var lostRecord = false
    }

    var journeys: [Journey]
    var policy: DeliveryPolicy
    var idempotency: WorkerConfiguration.Idempotency
    var areKeysIgnored: Bool
    var rate: [RateLimit]
    var apiRate: SandboxRateLimit?
    /// How often each network fault occurs.
    var faults: Network.FaultRates
    var disruptions: Disruptions
    /// The probabilities of the faults of a store call: busy, a crash before it, a crash after it.
    var storeFaults: (busy: Double, crashBefore: Double, crashAfter: Double)
    /// The probability of a crash at each step of a process.
    var crashRate: Double
    /// How long faults are injected, in milliseconds.
    var faultDuration: Int64
    /// How many transactions the producer makes.
    var transactions: Int
    /// The largest number of intents in one transaction.
    var intentsPerTransaction: Int
    var poison: Double
    var ordering: Double
    var dedup: Double
    var expiry: Double
    /// How many requests each journey has to send in the final load. Zero stands for one intent for each journey.
    var finalRequestsPerJourney = 0
    static let largeFinalLoad = 30

    /// A duration of the faults that is longer than a day, so that the API forgets keys; in milliseconds.
    static let dayLong: Int64 = 100_000_000

    var isClockWrong: Bool { disruptions.clockSteps || disruptions.clockJumps }

    /// Only crashes explain a batch that is in doubt because too many workers ended while they sent it.
    var mayCrash: Bool {
        crashRate > 0 || storeFaults.crashBefore > 0 || storeFaults.crashAfter > 0 || disruptions.secondWorker
    }

    /// The rate limits that the sent requests must keep, as the checker needs them.
    var budgets: [(requests: Int, milliseconds: Int64)] {
        rate.map { ($0.requests, $0.per.components.seconds * 1000) }
    }

    /// The largest number of requests for an intent whose rejection is temporary.
    var maxAttempts: Int { policy.maxAttempts }

    /// The journeys with one request for each user.
    var singleUserJourneys: Set<String> { Set(journeys.filter { $0.entranceID != nil }.map(\.name)) }

    /// The journeys with `on_dead: block`.
    var blockingJourneys: Set<String> { Set(journeys.filter { $0.onDead == .block }.map(\.name)) }

    /// Whether dead letters of these journeys block their ordering key at all times. A reload may disable this for a
    /// while, and a restore loses the dead letters.
    var deadAlwaysBlock: Bool { !disruptions.reloads && !disruptions.restore }

    var journeyNames: [String] { journeys.map(\.name) }

    /// The journeys with `on_unknown: resend`. Their intents may be entered more than once.
    var resendingJourneys: Set<String> { Set(journeys.filter { $0.onUnknown == .resend }.map(\.name)) }

    func configuration() -> WorkerConfiguration {
        WorkerConfiguration(
            journeys: journeys, policy: policy, url: "http://api.test/api/client", version: "2026-04-28", rate: rate,
            idempotency: idempotency)
    }

    /// Draws a changed configuration: some journeys are missing or have another number, and the limits are different.
    func reconfigured(_ random: inout PRNG) -> WorkerConfiguration {
        var configuration = configuration()
        configuration.journeys = journeys.compactMap { journey in
            if random.chance(0.2) { return nil }
            var journey = journey
            if random.chance(0.3) { journey.id += Self.renumbering }
            journey.priority = random.pick([0, 5, -5])
            if random.chance(0.3) { journey.onDead = random.pick([.block, .continue]) }
            return journey
        }
        configuration.policy.batchSize = random.pick([1, 3, 7, 20])
        configuration.policy.connections = 1 + random.below(4)
        return configuration
    }

    /// The difference between the two numbers that each journey has at the API.
    private static let renumbering: Int64 = 10

    func sandbox(seed: UInt64) -> SandboxConfiguration {
        var configuration = SandboxConfiguration(
            apiKeys: [Simulator.firstSecret],
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
