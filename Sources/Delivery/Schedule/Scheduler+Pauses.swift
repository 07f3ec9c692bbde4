/// What answers open and close.
extension Scheduler {
    func isProbedByPosting(_ journey: String) -> Bool {
        postProbes.contains(journey) || isParkedForRows(journey)
    }

    func isParkedForRows(_ journey: String) -> Bool {
        doors.pauses.contains { $0.scope == .journey(journey) && $0.cause == Pause.rowsRefusedCause }
    }

    mutating func readJourneys(into plan: inout Plan, at now: Moment) {
        // Also when a probe of everything is due: with each journey parked, no other request would ever be that probe.
        guard doors.passage(.everything, at: now.wall) != .closed else { return }
        for pause in doors.journeysToProbe(at: now.wall) {
            guard case .journey(let name) = pause.scope, !isProbedByPosting(name), !reading.contains(name),
                let journey = journey(named: name), rateLimiter.free(at: now.monotonic, atMost: 1) > 0
            else { continue }
            reading.insert(name)
            ask(1, in: &plan, at: now)
            doors.noteProbe(pause.scope, at: now.wall)
            plan.reads.append((name, configuration.target(of: journey)))
        }
    }

    mutating func noteDoors(_ verdict: Verdict, _ batch: Batch, begunAt: Moment, at now: Moment) {
        switch verdict.finding {
        // A replay tells how things were when the request ran, not how they are.
        case .closed where verdict.isReplayed, .journeyClosed where verdict.isReplayed:
            reopen(.everything, begunAt: begunAt.wall)
        case .closed(let refusal): close(.everything, refusal, verdict.record.requestID, now)
        case .journeyClosed(let refusal):
            close(.journey(batch.journey), refusal, verdict.record.requestID, now)
            reopen(.everything, begunAt: begunAt.wall)
        case .rateLimited(let retryAfter): limit(retryAfter, begunAt: begunAt, at: now)
        case .judged(let results):
            guard results.contains(where: { $0 != .unproven }) else { return }
            rateLimiter.passed(begunAt: begunAt.monotonic)
            reopen(.everything, begunAt: begunAt.wall)
            guard !verdict.isReplayed else { return }
            postProbes.remove(batch.journey)
            reopenedByReading.remove(batch.journey)
            reopen(.journey(batch.journey), begunAt: begunAt.wall)
        case .refusedRows, .refusedContent(_, isTooLarge: false): reopen(.everything, begunAt: begunAt.wall)
        case .refusedContent, .refusedByEdge, .inProgress, .keyMismatch, .unknown, .notSent: return
        }
    }

    mutating func close(_ scope: Pause.Scope, _ refusal: Rejection, _ requestID: String?, _ now: Moment) {
        close(
            scope, cause: Pause.cause(ofCode: refusal.code), detail: refusal.message, requestID: requestID, at: now)
    }

    mutating func close(
        _ scope: Pause.Scope, cause: String, detail: String, requestID: String?, at now: Moment
    ) {
        let before = doors.pauses.count
        doors.close(scope, cause: cause, detail: detail, requestID: requestID, at: now.wall)
        if doors.pauses.count > before, let pause = doors.pauses.last { notes.append(.paused(pause)) }
    }

    mutating func reopen(_ scope: Pause.Scope, begunAt: WallTime) {
        let before = doors.pauses
        doors.open(scope, begunAt: begunAt)
        for pause in before where !doors.pauses.contains(pause) {
            notes.append(.resumed(scope: pause.scope, cause: pause.cause))
            if case .journey(let name) = pause.scope, pause.cause == Pause.rowsRefusedCause { acquit(name) }
        }
    }

    /// The setting was at fault: what was refused under it is not to be condemned by the success that ended it, neither
    /// what is not stored yet nor what is still to be answered. The store acquits what waits already.
    private mutating func acquit(_ journey: String) {
        acquitted.formUnion(open.inFlight.values.filter { $0.journey == journey }.map(\.id))
        for index in settlements.indices where settlements[index].batch.journey == journey {
            settlements[index].acquit()
        }
    }

    /// Holds everything back after a 429, for as long as the rateLimiter says.
    mutating func limit(_ retryAfter: Duration?, begunAt: Moment, at now: Moment) {
        let jitter = Duration.milliseconds(Int64.random(in: 0...500, using: &random))
        let pause = rateLimiter.limited(
            retryAfter: retryAfter, begunAt: begunAt.monotonic, jitter: jitter, at: now.monotonic)
        let before = doors.pauses.count
        doors.limit(until: now.wall + pause, at: now.wall)
        if doors.pauses.count > before, let pause = doors.pauses.last { notes.append(.paused(pause)) }
    }
}
