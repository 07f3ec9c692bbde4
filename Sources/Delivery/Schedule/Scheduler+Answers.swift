/// What an answer to a batch's request changes.
extension Scheduler {
    mutating func receive(_ answer: Answer, to batch: Batch, begunAt: Moment, at now: Moment) throws {
        rateLimiter.note(
            answer, begunAt: begunAt.monotonic, inFlight: max(0, open.inFlight.count - 1), at: now.monotonic)
        guard !deferredAnswers.keep(answer, to: batch, begunAt: begunAt) else { return }
        try judge(answer, to: batch, begunAt: begunAt, at: now)
    }

    mutating func judge(_ answer: Answer, to batch: Batch, begunAt: Moment, at now: Moment) throws {
        let facts = AnswerFacts(
            answer, to: batch, begunAt: begunAt, at: now, isForeign: isForeign(batch),
            isCurrentKey: batch.apiKeyFingerprint == fingerprints.first)
        learnEnforcement(facts)
        learnTime(facts)
        countOutcome(facts)
        let wasParkedForRows = isParkedForRows(batch.journey)
        changePauses(facts)
        learnBodyLimit(facts)
        let settlement = try decideSettlement(
            facts, endsPark: wasParkedForRows && !isParkedForRows(batch.journey))
        countRefusedRow(settlement, at: now)
        settle(settlement, at: now)
    }

    /// Whether a batch belongs to an API key, a URL or a version that is not the current one.
    func isForeign(_ batch: Batch) -> Bool {
        batch.apiKeyFingerprint != fingerprints.first || batch.target.url != configuration.url
            || batch.target.version != configuration.version
    }

    // MARK: The steps, in order

    private mutating func learnEnforcement(_ facts: AnswerFacts) {
        if facts.verdict.isReplayed && !facts.isForeign { learn(.enforced) }
    }

    private mutating func learnTime(_ facts: AnswerFacts) {
        if let response = facts.response { learnTime(response, at: facts.now) }
    }

    private mutating func countOutcome(_ facts: AnswerFacts) {
        let journey = facts.batch.journey
        circuitBreaker.note(
            facts.outcome, in: journey, backoff: configuration.policy.backoff, at: facts.now.monotonic)
        if facts.outcome == .succeeded { refusalCounts.noteSuccess(in: journey) }
    }

    private mutating func changePauses(_ facts: AnswerFacts) {
        // What is refused for a key, URL or version that was replaced says nothing about the current ones.
        if facts.verdict.refusesEverything && facts.isForeign {
            // The request may have been the probe of a pause.
            return pauses.probeSoon(at: facts.now.wall) { $0 == .everything }
        }
        let (journey, begunAt) = (Pause.Scope.journey(facts.batch.journey), facts.begunAt.wall)
        switch facts.verdict.finding {
        // A replay tells how things were when the request ran, not how they are.
        case .refusedForAll where facts.verdict.isReplayed, .refusedForJourney where facts.verdict.isReplayed:
            resume(.everything, begunAt: begunAt)
        case .refusedForAll(let refusal): pause(.everything, refusal, facts.verdict.record.requestID, at: facts.now)
        case .refusedForJourney(let refusal):
            pause(journey, refusal, facts.verdict.record.requestID, at: facts.now)
            resume(.everything, begunAt: begunAt)
        case .rateLimited(let retryAfter): limitRate(retryAfter, begunAt: facts.begunAt, at: facts.now)
        case .processed where facts.outcome == .succeeded:
            rateLimiter.notePassed(begunAt: facts.begunAt.monotonic)
            resume(.everything, begunAt: begunAt)
            guard !facts.verdict.isReplayed else { return }
            journeyProbes.noteAccepted(facts.batch.journey)
            resume(journey, begunAt: begunAt)
        case .refusedRows, .refusedContent(_, isTooLarge: false): resume(.everything, begunAt: begunAt)
        case .processed, .refusedContent, .refusedByEdge, .inProgress, .keyMismatch, .unknown, .notSent: return
        }
    }

    private mutating func learnBodyLimit(_ facts: AnswerFacts) {
        if case .refusedContent(_, isTooLarge: true) = facts.verdict.finding {
            unstored.learnBodyLimit(from: facts.batch)
        }
    }

    /// - Parameter endsPark: whether the answer ended the pause of a journey whose rows were refused alike.
    private mutating func decideSettlement(_ facts: AnswerFacts, endsPark: Bool) throws -> Settlement {
        var policy = SettlementPolicy(
            policy: configuration.policy, enforcement: enforcement,
            onUnknown: journey(named: facts.batch.journey)?.onUnknown ?? .hold, othersSucceed: othersSucceed(facts),
            now: facts.now.wall, random: random, begunAt: facts.begunAt.wall, isForeign: facts.isForeign,
            isRetiredKey: facts.isRetiredKey, isParkedForRows: isParkedForRows(facts.batch.journey),
            areRefusalsCleared: refusalCounts.takeCleared(facts.batch.id), endsPark: endsPark)
        let settlement = try policy.settle(facts.batch, facts.verdict)
        random = policy.random
        return settlement
    }

    /// Whether an edge's refusal is about this request: others have got through since the first one.
    private mutating func othersSucceed(_ facts: AnswerFacts) -> Bool {
        guard case .refusedByEdge = facts.verdict.finding else { return false }
        return edgeRefusals.othersSucceed(
            since: facts.batch.id, lastSuccess: circuitBreaker.lastSuccess, at: facts.now.monotonic)
    }

    private mutating func countRefusedRow(_ settlement: Settlement, at now: Moment) {
        guard let (intent, code) = settlement.refusedAlone else { return }
        let count = refusalCounts.note(intent, for: code, in: settlement.batch.journey)
        if count >= RefusalCounts.alikeMax { parkForRows(settlement.batch.journey, count, at: now) }
    }

    /// Applies a settlement to what this process knows; the next rounds store it.
    mutating func settle(_ settlement: Settlement, at now: Moment) {
        settlements.add(settlement)
        if case .sending(let dueAt, let stamp) = settlement.fate {
            open.wait(settlement.batch.settled(settlement, stamp: stamp), until: now.monotonic(at: dueAt))
        } else {
            open.remove(settlement.batch.id)
            inheritedBatches.remove(settlement.batch.id)
        }
        queue.note(settlement)
        events.append(.settled(settlement))
    }
}

extension Batch {
    /// The batch as it goes on after an answer that did not end it.
    fileprivate func settled(_ settlement: Settlement, stamp: WallTime?) -> Batch {
        var batch = self
        batch.possiblyExecutedSince = stamp
        batch.replays += settlement.isReplay ? 1 : 0
        batch.failures = settlement.isFailure ? batch.failures + 1 : 0
        batch.crashes = 0
        return batch
    }
}
