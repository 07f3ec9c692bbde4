/// The worker's whole state, without any I/O: events and the time go in, plans come out.
///
/// The scheduler coordinates parts that own their state: each takes facts in and returns what changed. The worker
/// around it commits the rounds and sends what they began. docs/architecture.md lists the parts.
struct Scheduler: Sendable {
    private(set) var configuration: WorkerConfiguration
    /// The fingerprints of the API keys at hand, the current one first.
    private(set) var fingerprints: [String] = []
    private(set) var stoppingSince: Duration?

    var pauses: PauseRegistry
    var journeyProbes = JourneyProbes()
    var circuitBreaker = CircuitBreaker()
    var refusalCounts = RefusalCounts()
    var edgeRefusals = EdgeRefusals()
    var rateLimiter: RateLimiter
    var trustedClock: TrustedClock
    var inheritedBatches: InheritedBatches
    var enforcementKnowledge: EnforcementKnowledge
    var settlements = PendingSettlements()
    var deferredAnswers = DeferredAnswers()
    var unstored: UnstoredChanges
    var open = OpenBatches()
    var queue = FairQueue()

    var random: SplitMix64
    /// Another process may have committed: the due work and the pauses are to be read anew.
    var needsDueWork = true
    /// The last round left something that can go on at once, though no answer will come to say so.
    var isBehind = false
    /// What is to be reported, in order.
    var events: [WorkerEvent] = []

    init(_ configuration: WorkerConfiguration, recovering state: RecoveredState, random: SplitMix64, at now: Moment) {
        self.configuration = configuration
        self.random = random
        pauses = PauseRegistry(recovering: state.pauses, at: now.wall)
        rateLimiter = RateLimiter(
            limits: configuration.rate, learnedLimit: state.learnedLimit,
            sent: state.recentRequests.map(now.monotonic(at:)), now: now.monotonic)
        enforcementKnowledge = EnforcementKnowledge(configuration.idempotency, learned: state.enforcement, at: now)
        trustedClock = TrustedClock(state.clock, at: now)
        inheritedBatches = InheritedBatches(state.batches)
        unstored = UnstoredChanges(bodyBytesMax: state.bodyBytesMax, onDead: configuration.onDead)
        queue.keep(configuration.journeys)
        for batch in state.batches { open.wait(batch, until: now.monotonic) }
        events.append(.tookOver(openBatches: state.batches.count))
    }

    // MARK: Settings

    var enforcement: Enforcement { enforcementKnowledge.current }

    func journey(named name: String) -> Journey? {
        configuration.journeys.first { $0.name == name }
    }

    /// Takes note of the API keys at hand: what was learned under another current key is asked anew.
    mutating func know(fingerprints: [String]) {
        guard fingerprints != self.fingerprints else { return }
        self.fingerprints = fingerprints
        concernEnforcement()
    }

    private mutating func concernEnforcement() {
        guard let current = fingerprints.first else { return }
        enforcementKnowledge.concern("\(configuration.url) \(current)")
    }

    mutating func reconfigure(_ new: WorkerConfiguration, at now: Moment) {
        if new.rate != configuration.rate { rateLimiter.reconfigure(limits: new.rate, at: now.monotonic) }
        configuration = new
        enforcementKnowledge.follow(new.idempotency, at: now)
        concernEnforcement()
        unstored.follow(new)
        queue.keep(new.journeys)
        pauses.probeSoon(at: now.wall) { _ in true }
        needsDueWork = true
    }

    /// Probes every pause at once, because another API key is at hand.
    mutating func keysChanged(at now: Moment) {
        pauses.probeSoon(at: now.wall) { _ in true }
    }

    // MARK: Stopping

    /// How long a stopping worker waits for answers, well below systemd's own 90 s.
    static let stopPatience: Duration = .seconds(25)

    var isStopping: Bool { stoppingSince != nil }

    /// From now on nothing is claimed or sent again.
    mutating func stop(at now: Moment) {
        stoppingSince = stoppingSince ?? now.monotonic
    }

    /// Whether everything in flight has been settled, or has been waited for long enough: what is frozen is safe.
    func isStopped(at now: Moment) -> Bool {
        guard isStopping else { return false }
        return (open.inFlight.isEmpty && settlements.isEmpty) || isOutOfPatience(at: now)
    }

    func isOutOfPatience(at now: Moment) -> Bool {
        stoppingSince.map { now.monotonic - $0 >= Self.stopPatience } ?? false
    }

    /// The events since the last call, in order.
    mutating func takeEvents() -> [WorkerEvent] {
        defer { events = [] }
        return events
    }

    // MARK: Planning

    /// What is to be done now; an empty round when there is nothing to do yet.
    ///
    /// Throws `DecodingError` when a stored batch cannot be read.
    mutating func plan(at now: Moment) throws -> Plan {
        followClock(at: now)
        var plan = Plan(round: Round(now: now.wall, trustedTime: trustedClock.time(at: now)))
        isBehind = false
        pauses.endRateLimit(at: now.wall)
        queue.passDue(at: now.wall)
        try lookUpJourneys(into: &plan, at: now)
        if isStopping {
            abandonRequests(at: now)
        } else {
            probeJourneys(into: &plan, at: now)
            var permits = permits(at: now)
            try retry(into: &plan, permits: &permits, at: now)
            recheckEnforcement(into: &plan, permits: &permits, at: now)
            claim(into: &plan, permits: permits, at: now)
        }
        takeSettlements(into: &plan, at: now)
        storeChanges(into: &plan.round, at: now)
        return plan
    }

    /// Keeps the trusted clock going, and moves what is kept by wall time along when that was set back.
    private mutating func followClock(at now: Moment) {
        trustedClock.tick(at: now)
        guard let step = trustedClock.takeStepBack(at: now) else { return }
        pauses.moveBack(by: step)
        queue.retryPartialBatches()
        unstored.endOverlongWaits()
        events.append(.clockBehind(by: step))
    }

    private mutating func storeChanges(into round: inout Round, at now: Moment) {
        round.pauses = pauses.takeChanges()
        round.enforcement = enforcementKnowledge.takeChange()
        unstored.move(into: &round, waitMax: configuration.policy.backoff.max + TrustedClock.slew)
        round.learnedLimit = rateLimiter.takeLearned()
        if let limit = round.learnedLimit { events.append(.rateLearned(perSecond: limit)) }
        // The mark is not worth a transaction of its own: without one nothing is stamped either.
        if !round.isEmpty { round.clock = trustedClock.takeMark(at: now) }
    }
}
