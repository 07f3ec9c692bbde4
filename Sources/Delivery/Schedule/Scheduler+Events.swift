/// What has happened, taken in.
extension Scheduler {
    mutating func reconfigure(_ new: WorkerConfiguration, at now: Moment) {
        if new.rate != configuration.rate { rateLimiter.reconfigure(limits: new.rate, at: now.monotonic) }
        configuration = new
        knowledge.follow(new.idempotency, at: now)
        concernEnforcement()
        forgetBodyLimit()
        turns.keep(new.journeys)
        onDead = new.onDead
        endsOverlongWaits = true
        doors.probeSoon(at: now.wall) { _ in true }
        needsSurvey = true
    }

    mutating func absorb(_ survey: DueWork) {
        needsSurvey = false
        turns.absorb(survey)
        // The survey has not seen what the next round is to move.
        for settlement in settlements { noteDue(settlement) }
        doors.replace(by: survey.pauses)
    }

    mutating func absorb(_ answer: Answer, to batch: Batch, begunAt: Moment, at now: Moment) throws {
        rateLimiter.absorb(
            answer, begunAt: begunAt.monotonic, inFlight: max(0, open.inFlight.count - 1), at: now.monotonic)
        guard !keepUndecided(answer, to: batch, begunAt: begunAt) else { return }
        try judge(answer, to: batch, begunAt: begunAt, at: now)
    }

    mutating func judge(_ answer: Answer, to batch: Batch, begunAt: Moment, at now: Moment) throws {
        let verdict = Classifier().judge(answer, to: batch, at: now.wall)
        if verdict.isReplayed && !isForeign(batch) { learn(.enforced) }
        if case .response(let response) = answer { noteClock(response, at: now) }
        noteHealth(verdict, of: batch.journey, at: now)
        let isClosing = if case .closed = verdict.finding { true } else { false }
        // What is refused for a key, URL or version that has been replaced says nothing about the current ones.
        if isClosing && isForeign(batch) {
            // It may have been the probe of a shut door.
            doors.probeSoon(at: now.wall) { $0 == .everything }
        } else {
            noteDoors(verdict, batch, begunAt: begunAt, at: now)
        }
        if case .refusedContent(_, isTooLarge: true) = verdict.finding { learnBodyLimit(from: batch) }
        var settling = SettlementPolicy(
            policy: configuration.policy, enforcement: enforcement,
            onUnknown: journey(named: batch.journey)?.onUnknown ?? .hold,
            othersSucceed: othersSucceed(verdict, batch, at: now), now: now.wall, random: random)
        settling.isForeign = isForeign(batch)
        settling.isRetiredKey =
            isClosing && verdict.record.status == 401 && batch.apiKeyFingerprint != fingerprints.first
        let isAcquitted = acquitted.remove(batch.id) != nil
        settling.isParkedForRows = isAcquitted || isParkedForRows(batch.journey)
        var settlement = try settling.settle(batch, verdict)
        if isAcquitted { settlement.acquit() }
        // Rows condemned are only those that were refused before this request began, and not by a setting.
        settlement.begunAt = begunAt.wall
        if isParkedForRows(batch.journey) { settlement.provesJourneyWorks = false }
        random = settling.random
        noteRefused(settlement, at: now)
        settle(settlement, at: now)
    }

    /// Whether a batch belongs to an API key, a URL or a version that is not the current one.
    func isForeign(_ batch: Batch) -> Bool {
        batch.apiKeyFingerprint != fingerprints.first || batch.target.url != configuration.url
            || batch.target.version != configuration.version
    }

    /// Whether an edge's refusal is about this request: others have got through since the first one.
    private mutating func othersSucceed(_ verdict: Verdict, _ batch: Batch, at now: Moment) -> Bool {
        guard case .refusedByEdge = verdict.finding else { return false }
        return circuitBreaker.othersSucceedSinceEdgeRefused(batch.id, at: now.monotonic)
    }

    /// Counts rows refused alone, those that die of it included: a wrong setting must not kill a slow journey row by row.
    private mutating func noteRefused(_ settlement: Settlement, at now: Moment) {
        guard let (intent, code) = settlement.refusedAlone else { return }
        let count = circuitBreaker.noteRefused(intent, for: code, in: settlement.batch.journey)
        if count >= CircuitBreaker.refusedAlikeMax { parkForRows(settlement.batch.journey, count, at: now) }
    }

    private mutating func parkForRows(_ journey: String, _ count: Int, at now: Moment) {
        close(
            .journey(journey), cause: Pause.rowsRefusedCause, detail: "\(count) rows refused alike", requestID: nil,
            at: now)
    }

    mutating func absorb(_ report: JourneyReport, ofJourney name: String, at now: Moment) {
        reading.remove(name)
        noteQuestion(report.response, isTrigger: false, at: now)
        let isUnread = report.reading == .unreadable || report.reading == .missing
        unreadable[name] = isUnread ? (unreadable[name] ?? 0) + 1 : nil
        switch report.reading {
        case .live where !reopenedByReading.contains(name):
            reopenedByReading.insert(name)
            reopen(.journey(name), begunAt: now.wall)
        case .unreadable where (unreadable[name] ?? 0) < Self.unreadableMax,
            .missing where (unreadable[name] ?? 0) < Self.unreadableMax, .notLive:
            return
        // What reads live and still takes nothing is tried with one row, like what cannot be read.
        case .live, .forbidden, .missing, .unreadable:
            postProbes.insert(name)
            doors.probeSoon(at: now.wall) { $0 == .journey(name) }
        }
    }

    /// So many readings in a row that say nothing, and a parked journey is tried by sending one row.
    static let unreadableMax = 3

    /// What the answer to a question of the worker's own says about the doors.
    mutating func noteQuestion(_ response: Response?, isTrigger: Bool, at now: Moment) {
        guard let response else { return }
        noteClock(response, at: now)
        let verdict = Classifier().judge(.response(response), to: .question(at: now.wall), at: now.wall)
        switch verdict.finding {
        case .rateLimited(let retryAfter): limit(retryAfter, begunAt: now, at: now)
        case .closed(let refusal) where !verdict.isReplayed && (isTrigger || response.status == 401):
            close(.everything, refusal, response.requestID, now)
        default: return
        }
    }

    /// What came of asking for the time.
    mutating func absorb(time report: JourneyReport, at now: Moment) {
        clockProbe.isAsking = false
        noteQuestion(report.response, isTrigger: false, at: now)
        guard !clockProbe.isAnswered else { return }
        // An API that tells no time has answered too; an edge has not, and a surprising time is asked for twice.
        if let response = report.response, response.isMarked, response.date == nil {
            return clockProbe.isAnswered = true
        }
        clockProbe.fail(
            isSurprise: report.response?.date != nil, backoff: configuration.policy.backoff, at: now)
    }

    mutating func absorb(_ finding: EnforcementProbe.Finding, from answers: [Answer] = [], at now: Moment) {
        for case .response(let response) in answers { noteQuestion(response, isTrigger: true, at: now) }
        let begun = knowledge.endProbe(finding, backoff: configuration.policy.backoff, at: now)
        switch finding {
        case .enforced: learn(.enforced)
        case .absent: learn(.absent)
        case .inconclusive:
            if knowledge.isPersistentlyInconclusive { notes.append(.enforcement(.unproven)) }
            return
        }
        if let begun { reopen(.everything, begunAt: begun) }
    }

    mutating func absorb(_ result: RoundResult, at now: Moment) {
        for batch in result.begun {
            open.fly(batch)
            probeIfShut(batch.journey, at: now)
            notes.append(.begun(batch))
        }
        rateLimiter.note(result.begun.count, at: now.monotonic)
        for batch in result.successors {
            open.wait(batch, until: now.monotonic)
            if let parent = batch.parent { circuitBreaker.inheritEdgeRefusal(batch.id, from: parent) }
        }
        circuitBreaker.keepEdgeRefusals { [open] in open.contains($0) }
        if !result.successors.isEmpty || result.begun.isEmpty && result.supplies.values.contains(.more) {
            isBehind = true
        }
        if !result.released.isEmpty { isBehind = true }
        if result.hasOverlongWaits { endsOverlongWaits = true }
        for failed in result.failed {
            open.wait(failed.batch, until: now.monotonic + Self.failedWait)
            notes.append(.settlementFailed(batch: failed.batch.id, reason: failed.reason))
        }
        for id in result.stale {
            open.remove(id)
            notes.append(.stale(batch: id))
        }
        turns.absorb(result)
        let alike = result.refusedAlike.filter { $0.value >= CircuitBreaker.refusedAlikeMax }
        for (journey, count) in alike.sorted(by: { $0.key < $1.key }) {
            parkForRows(journey, count, at: now)
        }
        for (intent, reason) in result.quarantined.sorted(by: { $0.key < $1.key }) {
            notes.append(.quarantined(intent: intent, reason))
        }
        notes.append(.round(result))
    }
}
