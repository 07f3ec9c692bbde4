/// What answers teach.
extension Scheduler {
    mutating func settle(_ settlement: Settlement, at now: Moment) {
        settlements.append(settlement)
        if case .sending(let dueAt, let stamp) = settlement.fate {
            var batch = settlement.batch
            batch.possiblyExecutedSince = stamp
            batch.replays += settlement.isReplay ? 1 : 0
            batch.failures = settlement.isFailure ? batch.failures + 1 : 0
            batch.crashes = 0
            open.wait(batch, until: now.monotonic(at: dueAt))
        } else {
            open.remove(settlement.batch.id)
            inherited.remove(settlement.batch.id)
        }
        noteDue(settlement)
        notes.append(.settled(settlement))
    }

    mutating func noteDue(_ settlement: Settlement) {
        for leaving in settlement.leaving.values {
            if case .waiting(let waiting) = leaving { turns.note(due: waiting.dueAt, in: settlement.batch.journey) }
        }
        // An end may free another one of its ordering key, to be claimed in the very round that settles this one.
        if settlement.mayFreeOthers { turns.note(due: settlement.batch.frozenAt, in: settlement.batch.journey) }
    }

    mutating func noteHealth(_ verdict: Verdict, of journey: String, at now: Moment) {
        let sign: CircuitBreaker.Sign =
            switch verdict.finding {
            case .judged(let results): results.contains { $0 != .unproven } ? .works : .fails
            case .unknown, .notSent, .refusedByEdge: .fails
            default: .neither
            }
        circuitBreaker.note(sign, in: journey, backoff: configuration.policy.backoff, at: now.monotonic)
    }

    mutating func learn(_ finding: Enforcement) {
        if knowledge.learn(finding) { notes.append(.enforcement(finding)) }
    }

    mutating func learnBodyLimit(from batch: Batch) {
        guard batch.size > 1 else { return }
        let smaller = max(64 * 1024, batch.body.count / 2)
        guard smaller < bodyBytesMax ?? .max, smaller < batch.body.count else { return }
        bodyBytesMax = smaller
        learnedBodyBytesMax = .learned(smaller)
    }

    /// A reload is the word of somebody who may have raised the limit that a 413 taught.
    mutating func forgetBodyLimit() {
        guard bodyBytesMax != nil else { return }
        bodyBytesMax = nil
        learnedBodyBytesMax = .forgotten
    }

    /// Keeps the reckoning going, and takes along what is kept by wall time when that was set back.
    mutating func followClock(at now: Moment) {
        reckoning.tick(at: now)
        guard let step = reckoning.takeStepBack(at: now) else { return }
        doors.moveBack(by: step)
        turns.ripenAnew()
        endsOverlongWaits = true
        notes.append(.clockBehind(by: step))
    }

    /// Compares the API's clock with the reckoning.
    mutating func noteClock(_ response: Response, at now: Moment) {
        guard response.isMarked, let time = response.date.flatMap(RetryAfter.httpDate) else { return }
        switch reckoning.note(apiTime: time, at: now) {
        case .unsure: return
        case .agrees: clockProbe.isAnswered = true
        case .behind(let lost):
            clockProbe.isAnswered = true
            notes.append(.clockBehind(by: lost))
        }
    }
}
