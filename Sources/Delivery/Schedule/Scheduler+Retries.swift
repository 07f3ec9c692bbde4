/// Batches that are open already.
extension Scheduler {
    mutating func resume(into plan: inout Plan, permits: inout Int, at now: Moment) throws {
        var ready: [Batch] = []
        for batch in open.due(at: now.monotonic) {
            switch try RetryDecision(self, now: now, batch: batch).decide(batch) {
            case .send: ready.append(batch)
            case .wait: continue
            case .learnTime: askForTime(batch.target, into: &plan, permits: &permits, at: now)
            case .learnEnforcement: askForEnforcement(batch.target, into: &plan, permits: &permits, at: now)
            case .end(let settlement):
                settle(settlement, at: now)
                isBehind = true
            }
        }
        if isolate(ready, into: &plan, permits: &permits) { return }
        let kept = permitsKeptForClaims(beside: ready, of: permits, at: now)
        // A parked journey is probed by one request, not by all that it has open.
        var probed: Set<String> = []
        for batch in probesFirst(inTurns(ready), at: now) where permits > kept {
            if doors.isShut(.journey(batch.journey), at: now.wall) {
                guard probed.insert(batch.journey).inserted else { continue }
            }
            permits -= 1
            plan.round.resumes.append(batch)
        }
    }

    /// While everything is shut, the batch goes first that tells most: one of the current key and target that has
    /// failed least.
    private func probesFirst(_ ready: [Batch], at now: Moment) -> [Batch] {
        guard doors.isShut(.everything, at: now.wall) else { return ready }
        return ready.enumerated().sorted { one, other in
            (isForeign(one.element) ? 1 : 0, one.element.attempt, one.offset)
                < (isForeign(other.element) ? 1 : 0, other.element.attempt, other.offset)
        }.map(\.element)
    }

    /// Whether a batch has waited for its commit so long that it is too old to be sent.
    func isTooOld(_ batch: Batch, at now: Moment) -> Bool {
        guard let stamp = batch.possiblyExecutedSince else { return false }
        return configuration.policy.unknownAfter > .zero
            && reckoning.time(at: now) - stamp >= configuration.policy.unknownAfter
    }

    // MARK: Batches that may have ended the process

    /// Sends a suspect with nobody beside it, so that the next crash says whose it is; true while one waits or flies.
    private mutating func isolate(_ ready: [Batch], into plan: inout Plan, permits: inout Int) -> Bool {
        let suspect = ready.filter(\.isSuspect).min { ($0.crashes, $0.id) < ($1.crashes, $1.id) }
        let isFlying = open.inFlight.values.contains(where: \.isSuspect)
        guard suspect != nil || isFlying else { return false }
        if let suspect, open.inFlight.isEmpty, permits > 0 { plan.round.resumes.append(suspect) }
        permits = 0
        return true
    }

    /// A stopping worker that has waited long enough says so of each request: silence is no crash.
    mutating func abandonFlights(at now: Moment) throws {
        guard let stoppingSince, now.monotonic - stoppingSince >= Self.stopPatience else { return }
        for batch in open.inFlight.values.sorted(by: { $0.id < $1.id }) {
            settle(
                Settlement(
                    batch: batch, fate: .sending(dueAt: now.wall, stamp: batch.possiblyExecutedSince),
                    record: AnswerRecord(code: "stopped")),
                at: now)
        }
    }

    // MARK: What has to be known first

    private mutating func askForEnforcement(
        _ target: Target, into plan: inout Plan, permits: inout Int, at now: Moment
    ) {
        // The windows are to hold both requests, beside what leaves in this round; one that holds a single request never
        // could. Where no more than one may leave for another reason (a shut door's probe, the server's word) two are one.
        let room = plan.round.resumes.count + min(2, rateLimiter.windowsMax)
        guard knowledge.mayProbe(at: now), permits > 0,
            rateLimiter.windowsFree(at: now.monotonic, atMost: room) == room
        else { return }
        knowledge.beginProbe(at: now)
        if doors.isShut(.everything, at: now.wall) { doors.noteProbe(.everything, at: now.wall) }
        permits = max(0, permits - 2)
        ask(2, in: &plan, at: now)
        plan.enforcementProbe = target
    }

    /// Doubts now and then that keys are ignored.
    mutating func recheckEnforcement(into plan: inout Plan, permits: inout Int, at now: Moment) {
        guard knowledge.isRecheckDue(at: now), doors.passage(.everything, at: now.wall) == .open,
            let journey = configuration.journeys.first
        else { return }
        askForEnforcement(configuration.target(of: journey), into: &plan, permits: &permits, at: now)
    }

    private mutating func askForTime(_ target: Target, into plan: inout Plan, permits: inout Int, at now: Moment) {
        guard clockProbe.mayAsk(at: now), permits > 0 else { return }
        clockProbe.isAsking = true
        permits -= 1
        ask(1, in: &plan, at: now)
        plan.clockProbe = target
    }

    func isAwaitingEnforcement(at now: Moment) -> Bool {
        enforcement == .unproven && !knowledge.isProbing
            && open.due(at: now.monotonic).contains {
                // What a predecessor left waits for the time first.
                $0.possiblyExecutedSince != nil && (clockProbe.isAnswered || !inherited.contains($0.id))
            }
    }

    func isAwaitingClock(at now: Moment) -> Bool {
        !clockProbe.isAnswered && !clockProbe.isAsking
            && open.due(at: now.monotonic).contains { inherited.contains($0.id) }
    }

    /// A request that leaves through a shut door is that door's probe.
    mutating func probeIfShut(_ journey: String, at now: Moment) {
        for scope in [Pause.Scope.everything, .journey(journey)] where doors.isShut(scope, at: now.wall) {
            doors.noteProbe(scope, at: now.wall)
        }
    }
}
