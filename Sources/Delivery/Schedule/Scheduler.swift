/// The worker's whole state of scheduler, without any I/O: events and the time go in, rounds come out.
///
/// It says which requests may leave (the rateLimiter), which batches go on, and when to look again. The shell around it
/// commits the rounds and sends what they began.
struct Scheduler: Sendable {
    /// What is to be done next.
    struct Plan {
        var round: Round
        /// Journeys whose state is to be read at the API.
        var reads: [(journey: String, target: Target)] = []
        /// Where to find out whether keys are enforced.
        var enforcementProbe: Target?
        /// Where to ask what time it is, before what a predecessor left is sent again.
        var clockProbe: Target?
        /// Journeys whose state decides what answers mean that have come already.
        var questions: [Target] = []
    }

    var configuration: WorkerConfiguration
    var doors: PauseRegistry
    var rateLimiter: RateLimiter
    var open = OpenBatches()
    var turns = FairQueue()
    var knowledge: EnforcementKnowledge
    var reckoning: TrustedClock
    var bodyBytesMax: Int?
    var random: SplitMix64
    /// The fingerprints of the API keys at hand, the current one first.
    private(set) var fingerprints: [String] = []
    private(set) var stoppingSince: Duration?
    var needsSurvey = true
    var notes: [WorkerEvent] = []

    /// The last round left something that can go on at once, though no answer will come to say so.
    var isBehind = false
    var settlements: [Settlement] = []
    /// Since when settlements have waited for a round that comes anyway.
    var settlementsKeptSince: Duration?
    var circuitBreaker = CircuitBreaker()
    var postProbes: Set<String> = []
    var reading: Set<String> = []
    var learnedBodyBytesMax: BodyLimitChange?
    /// What the database has not been told yet about dead letters.
    var onDead: [String: Journey.OnDead]
    /// Journeys that were reopened because they read live, and have taken nothing since.
    var reopenedByReading: Set<String> = []
    /// How often in a row a parked journey could not be read.
    var unreadable: [String: Int] = [:]
    /// Batches that an earlier worker may have sent: their age is known by wall time only.
    var inherited: Set<Int64>
    var clockProbe = ClockProbe()
    /// Answers that wait for a journey's reading.
    var undecided: [DeferredAnswer] = []
    /// Rows may wait for a time that only a clock since set back could have given them.
    var endsOverlongWaits = true
    /// Batches in flight whose refusal would be the word of a setting that has been mended since.
    var acquitted: Set<Int64> = []

    init(_ configuration: WorkerConfiguration, inheriting: RecoveredState, random: SplitMix64, at now: Moment) {
        self.configuration = configuration
        self.random = random
        doors = PauseRegistry(inheriting.pauses)
        doors.inherit(at: now.wall)
        rateLimiter = RateLimiter(
            limits: configuration.rate, learnedLimit: inheriting.learnedLimit,
            sent: inheriting.recentRequests.map(now.monotonic(at:)), now: now.monotonic)
        bodyBytesMax = inheriting.bodyBytesMax
        knowledge = EnforcementKnowledge(configuration.idempotency, learned: inheriting.enforcement, at: now)
        reckoning = TrustedClock(inheriting.clock, at: now)
        inherited = Set(inheriting.batches.filter { $0.possiblyExecutedSince != nil }.map(\.id))
        onDead = configuration.onDead
        turns.keep(configuration.journeys)
        for batch in inheriting.batches { open.wait(batch, until: now.monotonic) }
        notes.append(.tookOver(openBatches: inheriting.batches.count))
    }

    var enforcement: Enforcement { knowledge.current }

    /// Takes note of the API keys at hand: what was learned under another current key is asked anew.
    mutating func know(fingerprints: [String]) {
        guard fingerprints != self.fingerprints else { return }
        self.fingerprints = fingerprints
        concernEnforcement()
    }

    mutating func concernEnforcement() {
        guard let current = fingerprints.first else { return }
        knowledge.concern("\(configuration.url) \(current)")
    }

    /// From now on nothing is claimed or sent again.
    mutating func stop(at now: Moment) {
        stoppingSince = stoppingSince ?? now.monotonic
    }

    var isStopping: Bool { stoppingSince != nil }

    /// Whether everything in flight has been settled, or has been waited for long enough: what is frozen is safe.
    func isStopped(at now: Moment) -> Bool {
        guard let stoppingSince else { return false }
        return (open.inFlight.isEmpty && settlements.isEmpty) || now.monotonic - stoppingSince >= Self.stopPatience
    }

    /// How long a batch waits whose settlement the database refused, before its request is asked for again.
    static let failedWait: Duration = .seconds(60)

    /// How long a stopping worker waits for answers, well below systemd's own 90 s.
    static let stopPatience: Duration = .seconds(25)

    mutating func takeNotes() -> [WorkerEvent] {
        defer { notes = [] }
        return notes
    }

    // MARK: What is to be done

    /// The next round; empty when there is nothing to do yet.
    ///
    /// Throws `DecodingError` when a stored batch cannot be read.
    mutating func plan(at now: Moment) throws -> Plan {
        followClock(at: now)
        var plan = Plan(round: Round(now: now.wall, trustedTime: reckoning.time(at: now)))
        isBehind = false
        doors.openRate(at: now.wall)
        turns.passDue(at: now.wall)
        try askForJourneys(into: &plan, at: now)
        if !isStopping {
            readJourneys(into: &plan, at: now)
            var permits = permits(at: now)
            try resume(into: &plan, permits: &permits, at: now)
            recheckEnforcement(into: &plan, permits: &permits, at: now)
            claim(into: &plan, permits: permits, at: now)
        } else {
            try abandonFlights(at: now)
        }
        takeSettlements(into: &plan, at: now)
        plan.round.pauses = doors.takeChanges()
        plan.round.enforcement = knowledge.takeChange()
        plan.round.bodyBytesMax = learnedBodyBytesMax
        plan.round.onDead = onDead
        if endsOverlongWaits { plan.round.waitsEnd = now.wall + configuration.policy.backoff.max + TrustedClock.slew }
        plan.round.learnedLimit = rateLimiter.takeLearned()
        if let limit = plan.round.learnedLimit { notes.append(.rateLearned(perSecond: limit)) }
        // Not worth a transaction of its own: without one nothing is stamped either.
        if !plan.round.isEmpty { plan.round.clock = reckoning.takeMark(at: now) }
        learnedBodyBytesMax = nil
        onDead = [:]
        endsOverlongWaits = false
        return plan
    }

    /// No time in the database, however far away, makes the worker sleep longer.
    static let lookMax: Duration = .seconds(3600)

    /// When to look again if nothing happens.
    func nextLook(after now: Moment) -> Duration {
        var times: [Duration?] = [
            open.nextDue(after: now.monotonic), circuitBreaker.nextClaim(after: now.monotonic),
            isWaitingForRate(at: now) ? rateLimiter.nextFree(after: now.monotonic) : nil,
            doors.nextProbe(after: now.wall).map(now.monotonic(at:)),
            turns.nextRipe(after: now.wall).map(now.monotonic(at:)),
        ]
        if let stoppingSince { times.append(stoppingSince + Self.stopPatience) }
        if let settlementsKeptSince { times.append(settlementsKeptSince + Self.settlementsKeptMax) }
        // Not at once: producers get their turn at the write lock.
        if isBehind && !isStopping { times.append(now.monotonic + .milliseconds(1)) }
        // Due but not under way means that the rate has no room yet.
        let soon = max(now.monotonic + .milliseconds(100), rateLimiter.nextFree(after: now.monotonic) ?? .zero)
        let passage = doors.passage(.everything, at: now.wall)
        if passage != .closed {
            if isAwaitingEnforcement(at: now) { times.append(max(knowledge.nextProbe, soon)) }
            if isAwaitingClock(at: now) { times.append(max(clockProbe.next, soon)) }
        }
        // It waits for an open door, which an answer or a person opens.
        if passage == .open, !configuration.journeys.isEmpty, let recheck = knowledge.nextRecheck, !isStopping {
            times.append(max(recheck, soon))
        }
        return min(times.compactMap { $0 }.min() ?? .seconds(Int64.max), now.monotonic + Self.lookMax)
    }

    func isHeld(_ batch: Batch, at now: Moment) -> Bool {
        guard batch.possiblyExecutedSince != nil else { return false }
        return enforcement == .unproven || doors.isShut(.journey(batch.journey), at: now.wall)
    }

    func journey(named name: String) -> Journey? {
        configuration.journeys.first { $0.name == name }
    }
}
