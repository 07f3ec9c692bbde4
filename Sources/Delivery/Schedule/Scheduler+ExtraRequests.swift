/// Requests beside the batches' own: what is asked, and what the answers mean.
extension Scheduler {
    /// Counts requests that no batch remembers; they leave once the plan's round is committed.
    private mutating func request(_ count: Int, in plan: inout Plan, at now: Moment) {
        rateLimiter.note(count, at: now.monotonic)
        plan.round.extraRequests += count
    }

    /// What the answer to such a request says about pauses.
    ///
    /// - Parameter isTrigger: whether it was a trigger without users, which is refused like any other trigger.
    private mutating func receiveExtra(_ response: Response?, isTrigger: Bool, at now: Moment) {
        guard let response else { return }
        learnTime(response, at: now)
        switch Classifier().judge(extra: response, at: now.wall) {
        case .rateLimited(let retryAfter): limitRate(retryAfter, begunAt: now, at: now)
        case .refusedForAll(let refusal) where !response.isReplayed && (isTrigger || response.status == 401):
            pause(.everything, refusal, response.requestID, at: now)
        case .refusedForAll, nil: return
        }
    }

    // MARK: Parked journeys

    mutating func probeJourneys(into plan: inout Plan, at now: Moment) {
        // Also when a probe of everything is due: with each journey parked, no other request would ever be that probe.
        guard pauses.gate(.everything, at: now.wall) != .blocked else { return }
        for name in pauses.journeysToProbe(at: now.wall) {
            guard !isProbedByPosting(name), !journeyProbes.isInFlight(name), let journey = journey(named: name),
                rateLimiter.free(at: now.monotonic, atMost: 1) > 0
            else { continue }
            journeyProbes.begin(name)
            request(1, in: &plan, at: now)
            pauses.noteProbe(.journey(name), at: now.wall)
            plan.journeyProbes.append((name, configuration.target(of: journey)))
        }
    }

    mutating func receive(_ report: JourneyReport, ofJourney name: String, at now: Moment) {
        let conclusion = journeyProbes.end(name, report.reading)
        receiveExtra(report.response, isTrigger: false, at: now)
        switch conclusion {
        case .resume: resume(.journey(name), begunAt: now.wall)
        case .wait: return
        case .post: pauses.probeSoon(at: now.wall) { $0 == .journey(name) }
        }
    }

    // MARK: Answers that wait for a journey's status

    /// Asks for each journey that answers wait for, one request for all of them, as far as the rate has room.
    ///
    /// While everything is paused nothing is asked: the journey is parked, and read when its time comes.
    mutating func lookUpJourneys(into plan: inout Plan, at now: Moment) throws {
        guard deferredAnswers.needLookup else { return }
        if pauses.gate(.everything, at: now.wall) == .blocked {
            if !pauses.isPausedBriefly(at: now.wall) {
                try judge(deferredAnswers.takeNotLookedUp(), reading: .unreadable, at: now)
            }
            return
        }
        while let target = deferredAnswers.nextTarget {
            guard rateLimiter.free(at: now.monotonic, atMost: 1) > 0 else { return }
            request(1, in: &plan, at: now)
            deferredAnswers.beginLookup(target)
            plan.statusLookups.append(target)
        }
    }

    /// Judges what waited for a journey's status.
    mutating func receive(_ report: JourneyReport, at target: Target, at now: Moment) throws {
        receiveExtra(report.response, isTrigger: false, at: now)
        try judge(deferredAnswers.take(readAt: target), reading: report.reading, at: now)
    }

    private mutating func judge(
        _ answers: [DeferredAnswers.Deferred], reading: Response.JourneyReading, at now: Moment
    ) throws {
        // What a stop has stored as unanswered stays so.
        for answer in answers where open.inFlight[answer.batch.id] != nil {
            var response = answer.response
            response.journey = reading
            try judge(.response(response), to: answer.batch, begunAt: answer.begunAt, at: now)
        }
    }

    // MARK: Enforcement of idempotency keys

    /// How many requests of a probe the windows must hold at once: two, or one where a window holds no more.
    var enforcementProbeRequests: Int { min(2, rateLimiter.windowsMax) }

    mutating func probeEnforcement(_ target: Target, into plan: inout Plan, permits: inout Int, at now: Moment) {
        // The windows must hold both requests beside what leaves in this round; a window of a single request never
        // could. Where no more than one may leave for another reason (a probe, the server's word) two count as one.
        let room = plan.round.resumes.count + enforcementProbeRequests
        guard enforcementKnowledge.mayProbe(at: now), permits > 0,
            rateLimiter.windowsFree(at: now.monotonic, atMost: room) == room
        else { return }
        enforcementKnowledge.beginProbe(at: now)
        if pauses.isPaused(.everything, at: now.wall) { pauses.noteProbe(.everything, at: now.wall) }
        permits = max(0, permits - 2)
        request(2, in: &plan, at: now)
        plan.enforcementProbe = target
    }

    /// Asks now and then again whether keys are still ignored.
    mutating func recheckEnforcement(into plan: inout Plan, permits: inout Int, at now: Moment) {
        guard enforcementKnowledge.isRecheckDue(at: now), pauses.gate(.everything, at: now.wall) == .allowed,
            let journey = configuration.journeys.first
        else { return }
        probeEnforcement(configuration.target(of: journey), into: &plan, permits: &permits, at: now)
    }

    mutating func receive(_ evidence: EnforcementEvidence, from answers: [Answer] = [], at now: Moment) {
        for case .response(let response) in answers { receiveExtra(response, isTrigger: true, at: now) }
        let begun = enforcementKnowledge.endProbe(evidence, backoff: configuration.policy.backoff, at: now)
        switch evidence {
        case .enforced: learn(.enforced)
        case .absent: learn(.absent)
        case .inconclusive:
            if enforcementKnowledge.isPersistentlyInconclusive { events.append(.enforcement(.unproven)) }
            return
        }
        if let begun { resume(.everything, begunAt: begun) }
    }

    mutating func learn(_ finding: Enforcement) {
        if enforcementKnowledge.learn(finding) { events.append(.enforcement(finding)) }
    }

    // MARK: The time

    mutating func askForTime(_ target: Target, into plan: inout Plan, permits: inout Int, at now: Moment) {
        guard inheritedBatches.mayAsk(at: now), permits > 0 else { return }
        inheritedBatches.beginAsking()
        permits -= 1
        request(1, in: &plan, at: now)
        plan.clockProbe = target
    }

    mutating func receive(time report: JourneyReport, at now: Moment) {
        inheritedBatches.noteAnswered()
        receiveExtra(report.response, isTrigger: false, at: now)
        inheritedBatches.endAsking(report.response, backoff: configuration.policy.backoff, at: now)
    }

    /// Compares the API's clock with the trusted clock.
    mutating func learnTime(_ response: Response, at now: Moment) {
        guard response.isMarked, let time = response.date.flatMap(RetryAfter.httpDate) else { return }
        switch trustedClock.note(apiTime: time, at: now) {
        case .unsure: return
        case .agrees: inheritedBatches.noteTime()
        case .behind(let lost):
            inheritedBatches.noteTime()
            events.append(.clockBehind(by: lost))
        }
    }
}
