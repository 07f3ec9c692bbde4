extension SandboxModel {
    /// The answer of a check in front of the journey; nil when the request passes all checks.
    mutating func answerInFront(_ run: inout SandboxRun, at now: Int64) -> SandboxAnswer? {
        let addressWait = rate.countRequest(at: now)
        if run.request.body.count > bodyBytesMax {
            return .page(413, "Request Entity Too Large", of: run)
        }
        if let answer = faultBeforeEffect(run) { return answer }
        do throws(SandboxProblem) {
            let apiKey = try keys.authenticate(run.request.headers["authorization"])
            run.apiKey = apiKey
            let keyWait = run.request.method == "POST" ? rate.countWrite(of: apiKey, at: now) : nil
            if let wait = [addressWait, keyWait].compactMap({ $0 }).max() {
                return .rateLimited(afterMilliseconds: wait, of: run)
            }
            if let answer = specialEdge(run) { return answer }
            try version.check(run.request.headers["spotzee-version"])
            return try answerBeforeJourney(&run, apiKey: apiKey, at: now)
        } catch {
            return SandboxAnswer(error, of: run)
        }
    }

    /// The answer of a gateway for a special user id in the request; nil when there is none.
    private func specialEdge(_ run: SandboxRun) -> SandboxAnswer? {
        let found = Set(run.entries.compactMap(\.specialID))
        if found.contains(.poison413) { return .page(413, "Request Entity Too Large", of: run) }
        if found.contains(.poison403HTML) { return .page(403, "Forbidden", of: run) }
        if found.contains(.poison500) {
            return SandboxAnswer(SandboxProblem(500, "internal_error", "Something went wrong on our side."), of: run)
        }
        return nil
    }

    private mutating func answerBeforeJourney(
        _ run: inout SandboxRun, apiKey: String, at now: Int64
    ) throws(SandboxProblem) -> SandboxAnswer? {
        switch run.route {
        case .trigger: break
        case .journeys:
            return .json(200, try journeyCatalogue.page(run.request.parameters, at: now), of: run)
        case .journey(let id):
            return .json(200, journeyCatalogue.json(of: try journey(id), at: now), of: run)
        case .unknown:
            throw SandboxProblem(404, "resource_missing", "There is nothing at this path for this method.")
        }
        guard !keys.readOnly.contains(apiKey) else {
            throw SandboxProblem(403, "permission_denied", "The role of this key is too low to trigger a journey.")
        }
        if !faults.keepsQuotaRefusals { try requireCredit() }
        return faults.ignoresIdempotencyKeys ? nil : try answerFromCache(&run, apiKey: apiKey, at: now)
    }

    func requireCredit() throws(SandboxProblem) {
        guard credit ?? 1 > 0 else { throw SandboxProblem(402, "quota_exceeded", "The project is out of credit.") }
    }

    private mutating func answerFromCache(
        _ run: inout SandboxRun, apiKey: String, at now: Int64
    ) throws(SandboxProblem) -> SandboxAnswer? {
        guard let key = run.idempotencyKey else { return nil }
        guard (1...255).contains(key.count) else {
            throw SandboxProblem(
                400, "idempotency_key_invalid", "An idempotency key has 1 to 255 characters.", param: "Idempotency-Key")
        }
        let name = IdempotencyCache.Name(apiKey: apiKey, key: key)
        switch cache.claim(name, digest: run.bodyDigest, at: now) {
        case .fresh:
            run.cacheName = name
            return nil
        case .answered(let answer):
            return answer.replayed()
        case .mismatch:
            throw SandboxProblem(409, "idempotency_key_mismatch", "This key was used with another body.")
        case .running:
            var answer = SandboxAnswer(
                SandboxProblem(409, "idempotency_in_progress", "The first request with this key is still running."),
                of: run)
            answer.retryAfterSeconds = 1
            return answer
        case .full:
            throw SandboxProblem(503, "service_unavailable", "No room for another idempotency key.")
        }
    }

    /// The journey with the id in a path.
    ///
    /// - Throws: a 400 problem when the id is no positive integer, and a 404 problem for an unknown id.
    func journey(_ text: String) throws(SandboxProblem) -> SandboxJourney {
        guard let id = Int(text), id > 0 else {
            throw .invalidFormat("journeyId", "A journey id is a positive whole number.")
        }
        guard let journey = journeyCatalogue[id] else {
            throw SandboxProblem(404, "resource_missing", "There is no such journey for this key.")
        }
        return journey
    }
}
