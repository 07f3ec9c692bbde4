/// What answers teach.
extension Dispatcher {
    mutating func settle(_ settlement: Settlement, at now: Moment) {
        settlements.append(settlement)
        if case .sending(let dueAt, let stamp) = settlement.fate {
            var batch = settlement.batch
            batch.possiblyExecutedSince = stamp
            batch.replays += settlement.isReplay ? 1 : 0
            batch.failures = settlement.isFailure ? batch.failures + 1 : 0
            batch.unanswered = 0
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
    }

    mutating func noteHealth(_ verdict: Verdict, at now: Moment) {
        switch verdict.finding {
        case .judged(let results) where results.contains { $0 != .unproven }:
            failuresInARow = 0
            lastSuccess = now.monotonic
        case .judged, .unknown, .notSent: failuresInARow += 1
        default: failuresInARow = 0
        }
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

    /// Compares the API's clock with the reckoning, now and then, and whenever a predecessor's batch waits for it.
    mutating func noteClock(_ date: String?, at now: Moment) {
        clockProbe.isAnswered = true
        guard let date, reckoning.wantsWitness(at: now), let time = RetryAfter.httpDate(date) else { return }
        if let behind = reckoning.note(apiTime: time, at: now) { notes.append(.clockBehind(by: behind)) }
    }
}
