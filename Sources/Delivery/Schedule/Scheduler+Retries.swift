/// Batches that are open already.
extension Scheduler {
    mutating func retry(into plan: inout Plan, permits: inout Int, at now: Moment) throws {
        var due: [Batch] = []
        for batch in open.due(at: now.monotonic) {
            switch try decide(batch, at: now) {
            case .send: due.append(batch)
            case .wait: continue
            case .learnTime: askForTime(batch.target, into: &plan, permits: &permits, at: now)
            case .learnEnforcement: probeEnforcement(batch.target, into: &plan, permits: &permits, at: now)
            case .end(let settlement):
                settle(settlement, at: now)
                isBehind = true
            }
        }
        if isolate(due, into: &plan, permits: &permits) { return }
        let kept = permitsKeptForClaims(beside: due, of: permits, at: now)
        // A parked journey is probed by one request, not by all that it has open.
        var probed: Set<String> = []
        for batch in probesFirst(inTurns(due), at: now) where permits > kept {
            if pauses.isPaused(.journey(batch.journey), at: now.wall) {
                guard probed.insert(batch.journey).inserted else { continue }
            }
            permits -= 1
            plan.round.resumes.append(batch)
        }
    }

    private func decide(_ batch: Batch, at now: Moment) throws -> RetryDecision.Decision {
        let journey = journey(named: batch.journey)
        return try RetryDecision(
            enforcement: enforcement, onUnknown: journey?.onUnknown ?? .hold,
            unknownAfter: configuration.policy.unknownAfter, fingerprints: fingerprints,
            everything: pauses.gate(.everything, at: now.wall),
            journey: pauses.gate(.journey(batch.journey), at: now.wall),
            isPausedBriefly: pauses.isPausedBriefly(at: now.wall), now: now.wall,
            trustedTime: trustedClock.time(at: now), isInherited: inheritedBatches.contains(batch.id),
            needsTime: inheritedBatches.needsTime(batch.id), isClockAdrift: trustedClock.isAdrift,
            target: journey.map(configuration.target(of:))
        ).decide(batch)
    }

    /// The due batches in the order in which they may leave, as far as there is room.
    private func inTurns(_ due: [Batch]) -> [Batch] {
        Array(queue.interleave(due) { max(0, freeRequests(of: $0)) }.prefix(freeRequests))
    }

    /// While everything is paused, the batch goes first that tells most: one of the current key and target that has
    /// failed least.
    private func probesFirst(_ due: [Batch], at now: Moment) -> [Batch] {
        guard pauses.isPaused(.everything, at: now.wall) else { return due }
        return due.enumerated().sorted { one, other in
            (isForeign(one.element) ? 1 : 0, one.element.attempt, one.offset)
                < (isForeign(other.element) ? 1 : 0, other.element.attempt, other.offset)
        }.map(\.element)
    }

    /// Whether a batch has waited for its commit so long that it is too old to be sent.
    func isTooOld(_ batch: Batch, at now: Moment) -> Bool {
        guard let stamp = batch.possiblyExecutedSince else { return false }
        return configuration.policy.unknownAfter > .zero
            && trustedClock.time(at: now) - stamp >= configuration.policy.unknownAfter
    }

    /// Sends a batch that may have ended the process with no other beside it, so that the next crash tells whose it is.
    ///
    /// - Returns: whether such a batch waits or is under way.
    private func isolate(_ due: [Batch], into plan: inout Plan, permits: inout Int) -> Bool {
        let suspect = due.filter(\.isSuspect).min { ($0.crashes, $0.id) < ($1.crashes, $1.id) }
        let isUnderWay = open.inFlight.values.contains(where: \.isSuspect)
        guard suspect != nil || isUnderWay else { return false }
        if let suspect, open.inFlight.isEmpty, permits > 0 { plan.round.resumes.append(suspect) }
        permits = 0
        return true
    }

    /// A stopping worker that has waited long enough stores that each request got no answer: it is not a crash.
    mutating func abandonRequests(at now: Moment) {
        guard isOutOfPatience(at: now) else { return }
        for batch in open.inFlight.values.sorted(by: { $0.id < $1.id }) {
            settle(
                Settlement(
                    batch: batch, fate: .sending(dueAt: now.wall, stamp: batch.possiblyExecutedSince),
                    record: AnswerRecord(code: "stopped")),
                at: now)
        }
    }
}
