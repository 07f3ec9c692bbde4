/// What pauses and resumes, and what is reported of it.
extension Scheduler {
    mutating func pause(_ scope: Pause.Scope, _ refusal: Rejection, _ requestID: String?, at now: Moment) {
        pause(
            scope, cause: PauseCause(apiCode: refusal.code), detail: refusal.message, requestID: requestID, at: now)
    }

    private mutating func pause(
        _ scope: Pause.Scope, cause: PauseCause, detail: String, requestID: String?, at now: Moment
    ) {
        let pause = pauses.pause(scope, cause: cause, detail: detail, requestID: requestID, at: now.wall)
        if let pause { events.append(.paused(pause)) }
    }

    mutating func resume(_ scope: Pause.Scope, begunAt: WallTime) {
        for pause in pauses.resume(scope, begunAt: begunAt) {
            events.append(.resumed(scope: pause.scope, cause: pause.cause))
            // The setting was at fault: a row whose request is still to be answered is not the cause of a refusal. The
            // store clears the rows that were refused before.
            if case .journey(let name) = pause.scope, pause.cause == .rowsRefused {
                refusalCounts.clear(inFlight: open.inFlight.values.filter { $0.journey == name }.map(\.id))
            }
        }
    }

    /// Pauses everything after a 429, for as long as the rate limiter says.
    mutating func limitRate(_ retryAfter: Duration?, begunAt: Moment, at now: Moment) {
        let jitter = Duration.milliseconds(Int64.random(in: 0...500, using: &random))
        let wait = rateLimiter.limited(
            retryAfter: retryAfter, begunAt: begunAt.monotonic, jitter: jitter, at: now.monotonic)
        let pause = pauses.limitRate(until: now.wall + wait, at: now.wall)
        if let pause { events.append(.paused(pause)) }
    }

    mutating func parkForRows(_ journey: String, _ count: Int, at now: Moment) {
        pause(
            .journey(journey), cause: .rowsRefused, detail: "\(count) rows were refused for the same reason",
            requestID: nil,
            at: now)
    }

    func isParkedForRows(_ journey: String) -> Bool {
        pauses.isPaused(.journey(journey), for: .rowsRefused)
    }

    func isProbedByPosting(_ journey: String) -> Bool {
        journeyProbes.isByPosting(journey) || isParkedForRows(journey)
    }

    /// A request that leaves while its scope is paused is the probe.
    mutating func noteProbes(of journey: String, at now: Moment) {
        for scope in [Pause.Scope.everything, .journey(journey)] where pauses.isPaused(scope, at: now.wall) {
            pauses.noteProbe(scope, at: now.wall)
        }
    }
}
