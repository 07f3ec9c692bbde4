/// What has happened, taken in.
extension Dispatcher {
    mutating func reconfigure(_ new: WorkerConfiguration, at now: Moment) {
        if new.rate != configuration.rate { governor.reconfigure(limits: new.rate, at: now.monotonic) }
        configuration = new
        knowledge.follow(new.idempotency, at: now)
        concernEnforcement()
        forgetBodyLimit()
        turns.keep(new.journeys)
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
        governor.absorb(
            answer, begunAt: begunAt.monotonic, inFlight: max(0, open.inFlight.count - 1), at: now.monotonic)
        let verdict = Classifier().judge(answer, to: batch, at: now.wall)
        if verdict.isReplayed { learn(.enforced) }
        if case .response(let response) = answer { noteClock(response.date, at: now) }
        noteHealth(verdict, at: now)
        // A key that has been replaced is refused for good, and says nothing about the current one.
        let isRetired = verdict.record.status == 401 && batch.apiKeyFingerprint != fingerprints.first
        if isRetired {
            // It may have been the probe of a shut door, and has said nothing about the current key.
            doors.probeSoon(at: now.wall) { $0 == .everything }
        } else {
            noteDoors(verdict, batch, begunAt: begunAt, at: now)
        }
        if case .refusedContent(_, isTooLarge: true) = verdict.finding { learnBodyLimit(from: batch) }
        var settling = Settling(
            policy: configuration.policy, enforcement: enforcement,
            onUnknown: journey(named: batch.journey)?.onUnknown ?? .hold,
            othersSucceed: lastSuccess.map { now.monotonic - $0 < Self.successRecent } ?? false,
            now: now.wall, random: random)
        settling.isRetiredKey = isRetired
        let isAcquitted = acquitted.remove(batch.id) != nil
        settling.isParkedForRows = isAcquitted || isParkedForRows(batch.journey)
        var settlement = try settling.settle(batch, verdict)
        if isAcquitted { settlement.acquit() }
        random = settling.random
        settle(settlement, at: now)
    }

    mutating func absorb(_ report: JourneyReport, ofJourney name: String, at now: Moment) {
        reading.remove(name)
        if report.isAnswered { noteClock(report.date, at: now) }
        switch report.reading {
        case .live where !reopenedByReading.contains(name):
            reopenedByReading.insert(name)
            reopen(.journey(name), begunAt: now.wall)
        // What reads live and still takes nothing is tried with one row, like what may not be read.
        case .live, .forbidden:
            postProbes.insert(name)
            doors.probeSoon(at: now.wall) { $0 == .journey(name) }
        case .notLive, .missing, .unreadable: return
        }
    }

    /// What came of asking for the time.
    mutating func absorb(time report: JourneyReport, at now: Moment) {
        clockProbe.isAsking = false
        guard report.isAnswered else { return clockProbe.fail(backoff: configuration.policy.backoff, at: now) }
        noteClock(report.date, at: now)
    }

    mutating func absorb(_ finding: EnforcementProbe.Finding, at now: Moment) {
        let begun = knowledge.endProbe(finding, backoff: configuration.policy.backoff, at: now)
        switch finding {
        case .enforced: learn(.enforced)
        case .absent: learn(.absent)
        case .inconclusive: return
        }
        if let begun { reopen(.everything, begunAt: begun) }
    }

    mutating func absorb(_ result: RoundResult, at now: Moment) {
        for batch in result.begun {
            open.fly(batch)
            probeIfShut(batch.journey, at: now)
            notes.append(.begun(batch))
        }
        governor.note(result.begun.count, at: now.monotonic)
        for batch in result.successors { open.wait(batch, until: now.monotonic) }
        if !result.successors.isEmpty || result.begun.isEmpty && result.supplies.values.contains(.more) {
            isBehind = true
        }
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
                .journey(journey), cause: Pause.rowsRefusedCause, detail: "\(count) rows refused alike", requestID: nil,
                at: now)
        }
        for (intent, reason) in result.quarantined { notes.append(.quarantined(intent: intent, reason)) }
        notes.append(.round(result))
    }
}
