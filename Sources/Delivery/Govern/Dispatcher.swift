/// The worker's whole state of mind, without any I/O: events and the time go in, rounds come out.
///
/// It says which requests may leave (the governor), which batches go on, and when to look again. The shell around it
/// commits the rounds and sends what they began.
struct Dispatcher: Sendable {
    /// What is to be done next.
    struct Plan {
        var round: Round
        /// Journeys whose state is to be read at the API.
        var reads: [(journey: String, target: Target)] = []
        /// Where to find out whether keys are enforced.
        var enforcementProbe: Target?
    }

    /// A refusal of one request is about its content when others have succeeded this recently.
    static let successRecent: Duration = .seconds(60)
    /// So many rows refused one by one, all alike and with no success between them, are a wrong setting.
    static let refusedAlikeMax = 8

    var configuration: WorkerConfiguration
    var doors: Doors
    var windows: RateWindows
    var open = OpenBatches()
    var turns = Turns()
    var enforcement: Enforcement
    var bodyBytesMax: Int?
    var random: SplitMix64
    /// The fingerprints of the API keys at hand, the current one first.
    var fingerprints: [String] = []
    private(set) var stoppingSince: Duration?
    var needsSurvey = true
    var notes: [WorkerEvent] = []

    private var begunAt: [Int64: Moment] = [:]
    /// The last round left something that can go on at once, though no answer will come to say so.
    private var isBehind = false
    private var settlements: [Settlement] = []
    private var lastSuccess: Duration?
    private var failuresInARow = 0
    /// The wait of the latest rate limit, nil once a later request has succeeded.
    private var limitDelay: Duration?
    private var limitedAt: Duration = .zero
    private var postProbes: Set<String> = []
    private var reading: Set<String> = []
    /// What answers have taught, whatever the configuration says.
    private var learned: Enforcement
    private var learnedEnforcement: Enforcement?
    private var learnedBodyBytesMax: Int?
    /// What the database has not been told yet about dead letters.
    private var onDead: [String: Journey.OnDead]
    private var isProbingEnforcement = false
    private var enforcementProbedAt: WallTime?
    private var nextEnforcementProbe: Duration = .zero
    private var inconclusiveProbes = 0

    init(_ configuration: WorkerConfiguration, inheriting: Inheritance, random: SplitMix64, at now: Moment) {
        self.configuration = configuration
        self.random = random
        doors = Doors(inheriting.pauses)
        windows = RateWindows(limits: configuration.rate, now: now.monotonic)
        bodyBytesMax = inheriting.bodyBytesMax
        learned = inheriting.enforcement
        enforcement = Self.enforcement(configuration, learned: inheriting.enforcement)
        onDead = Self.onDead(configuration)
        turns.keep(configuration.journeys)
        for batch in inheriting.batches { open.wait(batch, until: now.monotonic) }
        notes.append(.tookOver(openBatches: inheriting.batches.count))
    }

    private static func enforcement(_ configuration: WorkerConfiguration, learned: Enforcement) -> Enforcement {
        switch configuration.idempotency {
        case .enforced: .enforced
        case .absent: .absent
        case .auto: learned
        }
    }

    private static func onDead(_ configuration: WorkerConfiguration) -> [String: Journey.OnDead] {
        Dictionary(configuration.journeys.map { ($0.name, $0.onDead) }) { first, _ in first }
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

    // MARK: What has happened

    mutating func reconfigure(_ new: WorkerConfiguration, at now: Moment) {
        if new.rate != configuration.rate { windows = RateWindows(limits: new.rate, now: now.monotonic) }
        configuration = new
        enforcement = Self.enforcement(new, learned: learned)
        turns.keep(new.journeys)
        onDead = Self.onDead(new)
        doors.probeSoon(at: now.wall) { _ in true }
        needsSurvey = true
    }

    mutating func absorb(_ survey: Survey) {
        needsSurvey = false
        turns.absorb(survey)
        // The survey has not seen what the next round is to move.
        for settlement in settlements { noteDue(settlement) }
        doors.replace(by: survey.pauses)
    }

    mutating func absorb(_ answer: Answer, to batch: Batch, begunAt: Moment, at now: Moment) throws {
        let verdict = Classifier().judge(answer, to: batch, at: now.wall)
        if verdict.isReplayed { learn(.enforced) }
        noteHealth(verdict, at: now)
        // A key that has been replaced is refused for good, and says nothing about the current one.
        let isRetired = verdict.record.status == 401 && batch.apiKeyFingerprint != fingerprints.first
        if !isRetired { noteDoors(verdict, batch, begunAt: begunAt, at: now) }
        if case .refusedContent(_, isTooLarge: true) = verdict.finding { learnBodyLimit(from: batch) }
        var settling = Settling(
            policy: configuration.policy, enforcement: enforcement,
            onUnknown: journey(named: batch.journey)?.onUnknown ?? .hold,
            othersSucceed: lastSuccess.map { now.monotonic - $0 < Self.successRecent } ?? false,
            now: now.wall, random: random)
        settling.isRetiredKey = isRetired
        settling.isParkedForRows = isParkedForRows(batch.journey)
        let settlement = try settling.settle(batch, verdict)
        random = settling.random
        settle(settlement, at: now)
    }

    mutating func absorb(_ reading: Response.JourneyReading, ofJourney name: String, at now: Moment) {
        self.reading.remove(name)
        switch reading {
        case .live: reopen(.journey(name), begunAt: now.wall)
        case .forbidden:
            postProbes.insert(name)
            doors.probeSoon(at: now.wall) { $0 == .journey(name) }
        case .notLive, .missing, .unreadable: return
        }
    }

    mutating func absorb(_ finding: EnforcementProbe.Finding, at now: Moment) {
        isProbingEnforcement = false
        switch finding {
        case .enforced: learn(.enforced)
        case .absent: learn(.absent)
        case .inconclusive:
            inconclusiveProbes += 1
            nextEnforcementProbe = now.monotonic + configuration.policy.backoff.ceiling(afterTry: inconclusiveProbes)
        }
        if finding != .inconclusive, let begun = enforcementProbedAt { reopen(.everything, begunAt: begun) }
    }

    mutating func absorb(_ result: RoundResult, at now: Moment) {
        for batch in result.begun {
            open.fly(batch)
            begunAt[batch.id] = now
            notes.append(.begun(batch))
        }
        windows.note(result.begun.count, at: now.monotonic)
        for batch in result.successors { open.wait(batch, until: now.monotonic) }
        if !result.successors.isEmpty || result.begun.isEmpty && result.supplies.values.contains(.more) {
            isBehind = true
        }
        if !result.released.isEmpty { isBehind = true }
        for failed in result.failed {
            open.wait(failed.batch, until: now.monotonic + Self.failedWait)
            notes.append(.settlementFailed(batch: failed.batch.id, reason: failed.reason))
        }
        for id in result.stale {
            open.remove(id)
            notes.append(.stale(batch: id))
        }
        turns.absorb(result)
        for (journey, count) in result.refusedAlike where count >= Self.refusedAlikeMax {
            close(
                .journey(journey), Rejection(code: Pause.rowsRefusedCause, message: "\(count) rows refused alike"), nil,
                now)
        }
        for (intent, reason) in result.quarantined { notes.append(.quarantined(intent: intent, reason)) }
        notes.append(.round(result))
    }

    // MARK: What is to be done

    /// The next round; empty when there is nothing to do yet.
    ///
    /// Throws `DecodingError` when a stored batch cannot be read.
    mutating func plan(at now: Moment) throws -> Plan {
        var plan = Plan(round: Round(now: now.wall))
        isBehind = false
        doors.openRate(at: now.wall)
        turns.passDue(at: now.wall)
        if !isStopping {
            readJourneys(into: &plan, at: now)
            var permits = permits(at: now)
            try resume(into: &plan, permits: &permits, at: now)
            claim(into: &plan, permits: permits, at: now)
        }
        plan.round.settlements = settlements
        settlements = []
        plan.round.pauses = doors.takeChanges()
        plan.round.enforcement = learnedEnforcement
        plan.round.bodyBytesMax = learnedBodyBytesMax
        plan.round.onDead = onDead
        learnedEnforcement = nil
        learnedBodyBytesMax = nil
        onDead = [:]
        return plan
    }

    /// No time in the database, however far away, makes the worker sleep longer.
    static let lookMax: Duration = .seconds(3600)

    /// When to look again if nothing happens.
    func nextLook(after now: Moment) -> Duration {
        var times: [Duration?] = [
            open.nextDue(after: now.monotonic), windows.nextFree(after: now.monotonic),
            doors.nextProbe(after: now.wall).map(now.monotonic(at:)),
            turns.nextRipe(after: now.wall).map(now.monotonic(at:)),
        ]
        if let stoppingSince { times.append(stoppingSince + Self.stopPatience) }
        // Not at once: producers get their turn at the write lock.
        if isBehind && !isStopping { times.append(now.monotonic + .milliseconds(1)) }
        if isAwaitingEnforcement(at: now) && doors.passage(.everything, at: now.wall) != .closed {
            // Due but not under way means that the rate has no room for two requests yet.
            times.append(max(nextEnforcementProbe, now.monotonic + .milliseconds(100)))
        }
        return min(times.compactMap { $0 }.min() ?? .seconds(Int64.max), now.monotonic + Self.lookMax)
    }

    /// How many more batches may be frozen now.
    private func freeSlots(at now: Moment) -> Int {
        let slots = 2 * configuration.policy.connections
        // What waits for something else than the rate takes no slot, within a bound of its own.
        let held = min(slots, open.due(at: now.monotonic).count { isHeld($0, at: now) })
        // While nothing succeeds, every other batch counts: an outage must not freeze the backlog.
        let used = failuresInARow > 0 ? open.count : open.slotsUsed(at: now.monotonic, longMax: slots - held)
        return max(0, slots - (used - held))
    }

    private func isHeld(_ batch: Batch, at now: Moment) -> Bool {
        guard batch.possiblyExecutedSince != nil else { return false }
        return enforcement == .unproven || doors.isShut(.journey(batch.journey), at: now.wall)
    }

    /// How many requests may leave now, under the windows, the slots and the doors.
    private func permits(at now: Moment) -> Int {
        let free = windows.free(at: now.monotonic, atMost: freeSlots(at: now) + open.due(at: now.monotonic).count)
        switch doors.passage(.everything, at: now.wall) {
        case .open: return free
        case .probe: return min(1, free)
        case .closed: return 0
        }
    }

    // MARK: Batches that are open already

    private mutating func resume(into plan: inout Plan, permits: inout Int, at now: Moment) throws {
        for batch in open.due(at: now.monotonic) {
            switch try Resuming(self, now: now, journey: batch.journey).decide(batch) {
            case .send where permits > 0:
                permits -= 1
                probeIfShut(batch.journey, at: now)
                plan.round.resumes.append(batch)
            case .send: continue
            case .wait: continue
            case .learnEnforcement:
                // While everything is shut this is the probe of that door too, and two requests are one permit.
                let isDoorProbe = doors.isShut(.everything, at: now.wall)
                guard !isProbingEnforcement, nextEnforcementProbe <= now.monotonic, permits > (isDoorProbe ? 0 : 1)
                else { continue }
                isProbingEnforcement = true
                enforcementProbedAt = now.wall
                if isDoorProbe { doors.noteProbe(.everything, at: now.wall) }
                permits = max(0, permits - 2)
                windows.note(2, at: now.monotonic)
                plan.enforcementProbe = batch.target
            case .end(let settlement):
                settle(settlement, at: now)
                isBehind = true
            }
        }
    }

    private func isAwaitingEnforcement(at now: Moment) -> Bool {
        enforcement == .unproven && !isProbingEnforcement
            && open.due(at: now.monotonic).contains { $0.possiblyExecutedSince != nil }
    }

    /// A request that leaves through a shut door is that door's probe.
    private mutating func probeIfShut(_ journey: String, at now: Moment) {
        for scope in [Pause.Scope.everything, .journey(journey)] where doors.isShut(scope, at: now.wall) {
            doors.noteProbe(scope, at: now.wall)
        }
    }

    // MARK: New batches

    private mutating func claim(into plan: inout Plan, permits: Int, at now: Moment) {
        var counts: [String: Int] = [:]
        var left = min(permits, freeSlots(at: now))
        let ripe = turns.order(configuration.journeys, at: now.wall).filter { isAdmitted($0.name, at: now) }
        guard !ripe.isEmpty, let current = fingerprints.first else { return }
        let share = share(of: ripe.count)
        var isServing = true
        while left > 0 && isServing {
            isServing = false
            for journey in ripe where left > 0 {
                let isProbe = doors.isShut(.journey(journey.name), at: now.wall)
                let held = open.count(in: journey.name) + (counts[journey.name] ?? 0)
                guard held < share, !isProbe || counts[journey.name] == nil else { continue }
                counts[journey.name, default: 0] += 1
                left -= 1
                isServing = true
            }
        }
        for journey in ripe {
            guard let count = counts[journey.name] else { continue }
            let isProbe = doors.isShut(.journey(journey.name), at: now.wall)
            probeIfShut(journey.name, at: now)
            turns.serve(journey.name)
            plan.round.claims.append(order(journey, batches: count, isProbe: isProbe, fingerprint: current))
        }
    }

    private func order(_ journey: Journey, batches: Int, isProbe: Bool, fingerprint: String) -> ClaimOrder {
        let policy = configuration.policy
        return ClaimOrder(
            journey: journey, target: configuration.target(of: journey), apiKeyFingerprint: fingerprint,
            batches: batches, rowsMax: isProbe ? 1 : policy.batchSize,
            bodyBytesMax: min(policy.bodyBytesMax, bodyBytesMax ?? .max), linger: policy.linger)
    }

    /// What one journey may hold of the slots: never all of them, so that another one's next intent finds a way.
    private func share(of ripe: Int) -> Int {
        let slots = 2 * configuration.policy.connections
        return max(1, min(slots - max(1, slots / 4), (slots + ripe - 1) / ripe))
    }

    private func isAdmitted(_ journey: String, at now: Moment) -> Bool {
        switch doors.passage(.journey(journey), at: now.wall) {
        case .open: true
        case .probe: isProbedByPosting(journey)
        case .closed: false
        }
    }

    // MARK: Doors

    private func isProbedByPosting(_ journey: String) -> Bool {
        postProbes.contains(journey) || isParkedForRows(journey)
    }

    private func isParkedForRows(_ journey: String) -> Bool {
        doors.pauses.contains { $0.scope == .journey(journey) && $0.cause == Pause.rowsRefusedCause }
    }

    private mutating func readJourneys(into plan: inout Plan, at now: Moment) {
        // Also when a probe of everything is due: with each journey parked, no other request would ever be that probe.
        guard doors.passage(.everything, at: now.wall) != .closed else { return }
        for pause in doors.journeysToProbe(at: now.wall) {
            guard case .journey(let name) = pause.scope, !isProbedByPosting(name), !reading.contains(name),
                let journey = journey(named: name), windows.free(at: now.monotonic, atMost: 1) > 0
            else { continue }
            reading.insert(name)
            windows.note(1, at: now.monotonic)
            doors.noteProbe(pause.scope, at: now.wall)
            plan.reads.append((name, configuration.target(of: journey)))
        }
    }

    private mutating func noteDoors(_ verdict: Verdict, _ batch: Batch, begunAt: Moment, at now: Moment) {
        switch verdict.finding {
        case .closed(let cause): close(.everything, cause, verdict.record.requestID, now)
        case .journeyClosed(let cause):
            close(.journey(batch.journey), cause, verdict.record.requestID, now)
            reopen(.everything, begunAt: begunAt.wall)
        case .rateLimited(let retryAfter): limit(retryAfter, begunAt: begunAt, at: now)
        case .judged(let results):
            guard results.contains(where: { $0 != .unproven }) else { return }
            if begunAt.monotonic > limitedAt { limitDelay = nil }
            reopen(.everything, begunAt: begunAt.wall)
            // A replay tells how the journey was when the request ran, not how it is.
            guard !verdict.isReplayed else { return }
            postProbes.remove(batch.journey)
            reopen(.journey(batch.journey), begunAt: begunAt.wall)
        case .refusedRows, .refusedContent(_, isTooLarge: false): reopen(.everything, begunAt: begunAt.wall)
        case .refusedContent, .refusedByEdge, .inProgress, .keyMismatch, .unknown, .notSent: return
        }
    }

    private mutating func close(_ scope: Pause.Scope, _ cause: Rejection, _ requestID: String?, _ now: Moment) {
        let before = doors.pauses.count
        doors.close(scope, cause: cause.code, detail: cause.message, requestID: requestID, at: now.wall)
        if doors.pauses.count > before, let pause = doors.pauses.last { notes.append(.paused(pause)) }
    }

    private mutating func reopen(_ scope: Pause.Scope, begunAt: WallTime) {
        let before = doors.pauses
        doors.open(scope, begunAt: begunAt)
        for pause in before where !doors.pauses.contains(pause) {
            notes.append(.resumed(scope: pause.scope, cause: pause.cause))
        }
    }

    static let limitDelayMax: Duration = .seconds(60)

    /// The server's wait, doubled at each repeat up to a minute, and up to half a second of jitter.
    ///
    /// Answers to requests that left before the limit was known are no repeat.
    private mutating func limit(_ retryAfter: Duration?, begunAt: Moment, at now: Moment) {
        if let delay = limitDelay, begunAt.monotonic > limitedAt {
            limitDelay = max(retryAfter ?? .zero, min(Self.limitDelayMax, max(delay, .seconds(1)) * 2))
        } else {
            limitDelay = max(retryAfter ?? .seconds(1), limitDelay ?? .zero)
        }
        limitedAt = now.monotonic
        let jitter = Duration.milliseconds(Int64.random(in: 0...500, using: &random))
        let base = limitDelay ?? .zero
        let before = doors.pauses.count
        doors.limit(until: now.wall + base + jitter, at: now.wall)
        if doors.pauses.count > before, let pause = doors.pauses.last { notes.append(.paused(pause)) }
    }

    // MARK: What answers teach

    private mutating func settle(_ settlement: Settlement, at now: Moment) {
        settlements.append(settlement)
        begunAt[settlement.batch.id] = nil
        if case .sending(let dueAt, let stamp) = settlement.fate {
            var batch = settlement.batch
            batch.possiblyExecutedSince = stamp
            batch.replays += settlement.isReplay ? 1 : 0
            open.wait(batch, until: now.monotonic(at: dueAt))
        } else {
            open.remove(settlement.batch.id)
        }
        noteDue(settlement)
        notes.append(.settled(settlement))
    }

    private mutating func noteDue(_ settlement: Settlement) {
        for leaving in settlement.leaving.values {
            if case .waiting(let waiting) = leaving { turns.note(due: waiting.dueAt, in: settlement.batch.journey) }
        }
        // An end may free another one of its ordering key, to be claimed in the very round that settles this one.
        if settlement.mayFreeOthers { turns.note(due: settlement.batch.frozenAt, in: settlement.batch.journey) }
    }

    private mutating func noteHealth(_ verdict: Verdict, at now: Moment) {
        switch verdict.finding {
        case .judged(let results) where results.contains { $0 != .unproven }:
            failuresInARow = 0
            lastSuccess = now.monotonic
        case .judged, .unknown, .notSent: failuresInARow += 1
        default: failuresInARow = 0
        }
    }

    private mutating func learn(_ finding: Enforcement) {
        guard configuration.idempotency == .auto, enforcement != finding else { return }
        enforcement = finding
        learned = finding
        learnedEnforcement = finding
        notes.append(.enforcement(finding))
    }

    private mutating func learnBodyLimit(from batch: Batch) {
        guard batch.size > 1 else { return }
        let smaller = max(64 * 1024, batch.body.count / 2)
        guard smaller < bodyBytesMax ?? .max, smaller < batch.body.count else { return }
        bodyBytesMax = smaller
        learnedBodyBytesMax = smaller
    }

    func journey(named name: String) -> Journey? {
        configuration.journeys.first { $0.name == name }
    }
}
