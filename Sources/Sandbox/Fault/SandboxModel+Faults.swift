extension SandboxModel {
    /// The faults that bear on a request: all on a trigger, none on a probe unless they reach probes.
    func faults(for run: SandboxRun) -> SandboxFaults {
        run.route.isTrigger || faults.reachesProbes ? faults : SandboxFaults()
    }

    /// The fault that meets a request before anything has looked at it.
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

    /// The fault that meets an answer from the journey or the cache on its way out; the cache keeps the true one.
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
