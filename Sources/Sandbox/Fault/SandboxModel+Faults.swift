extension SandboxModel {
    /// The faults that apply to a request: all for a trigger call, and none for a probe unless `reachesProbes`.
    func faults(for run: SandboxRun) -> SandboxFaults {
        run.route.isTrigger || faults.reachesProbes ? faults : SandboxFaults()
    }

    /// The answer of a fault before the request is processed; nil when no fault occurs.
    mutating func faultBeforeEffect(_ run: SandboxRun) -> SandboxAnswer? {
        guard run.route.isTrigger || faults.reachesProbes else { return nil }
        if faults.dropBeforeEffect.fires(&random) { return .lost(run) }
        if faults.errorBeforeEffect.fires(&random) { return .failure(faults.errorStatus, faults.errorIsHTML, of: run) }
        if faults.redirect.fires(&random) { return .redirect(faults, of: run) }
        if faults.say.next > 0 {
            faults.say.next -= 1
            var answer = SandboxAnswer(
                status: faults.say.status, requestID: run.requestID, contentType: faults.say.contentType,
                body: Array(faults.say.body.utf8))
            if answer.status == 429 { answer.retryAfterSeconds = 1 }
            return answer
        }
        return nil
    }

    /// Applies the faults after the effect to an answer of the journey or the cache. The cached answer does not change.
    mutating func faultAfterEffect(_ answer: inout SandboxAnswer, of run: SandboxRun, hasRun: Bool) -> SandboxWire {
        if answer.isLost { return .dropBeforeEffect }
        let isFromBehind = hasRun || answer.isReplayed || answer.status == 200
        guard isFromBehind, run.route.isTrigger || faults.reachesProbes else { return .answer }
        if faults.dropAfterEffect.fires(&random) { return .dropAfterEffect }
        if faults.errorAfterEffect.fires(&random) {
            answer = .failure(faults.errorStatus, faults.errorIsHTML, of: run)
        }
        return .answer
    }
}
