extension SandboxModel {
    /// Executes a trigger call: it adds an effect for each user that enters the journey, and returns the answer.
    mutating func trigger(_ run: SandboxRun, at now: Int64, effects: inout [SandboxEffect]) -> SandboxAnswer {
        do throws(SandboxProblem) {
            guard case .trigger(let id) = run.route, let parsed = run.trigger else {
                throw SandboxProblem(404, "resource_missing", "There is nothing at this path for this method.")
            }
            try requireJSON(run.request.headers["content-type"])
            try requireCredit()
            let journey = try journey(id)
            guard journey.status == .live else {
                throw SandboxProblem(409, "state_conflict", "The journey is \(journey.status.rawValue), not live.")
            }
            let body = try parsed.get()
            try requireShape(body.shape, of: journey)
            let answer: SandboxAnswer
            switch body {
            case .users(let entries): answer = try enter(entries, journey, run, at: now, effects: &effects)
            case .entrance(let id, let entry): answer = try enter(entry, at: id, journey, run, now, effects: &effects)
            }
            journeyCatalogue.addEntrances(effects.count, to: journey.id)
            credit = credit.map { max(0, $0 - effects.count) }
            return answer
        } catch {
            return SandboxAnswer(error, of: run)
        }
    }

    private func requireJSON(_ contentType: String?) throws(SandboxProblem) {
        let media = (contentType ?? "").split(separator: ";").first.map { $0.lowercased() } ?? ""
        guard media.split(separator: " ").joined() == "application/json" else {
            throw .invalidFormat("Content-Type", "Send application/json.")
        }
    }

    private func requireShape(_ shape: SandboxJourney.RequestShape, of journey: SandboxJourney) throws(SandboxProblem) {
        guard !journey.shapes.contains(shape) else { return }
        let missing = shape == .users ? "entrance_id" : "users"
        throw SandboxProblem(400, "parameter_missing", "This journey is not triggered in this shape.", param: missing)
    }

    private mutating func enter(
        _ entries: [TriggerEntry], _ journey: SandboxJourney, _ run: SandboxRun, at now: Int64,
        effects: inout [SandboxEffect]
    ) throws(SandboxProblem) -> SandboxAnswer {
        let refused = entries.indices.filter { entries[$0].specialID == .poison422 }
        guard refused.isEmpty else {
            throw .invalidFields(
                refused.map {
                    SandboxProblem.InvalidField("users[\($0)].external_id", "parameter_invalid_format", "Refused.")
                })
        }
        guard !entries.contains(where: { $0.specialID == .poison400 }) else {
            throw SandboxProblem(400, "parameter_invalid_format", "The request could not be read.")
        }
        var rejections: [UserRejection] = []
        for (index, entry) in entries.enumerated() {
            if let rejection = rejectionRules.rejection(of: entry, at: index) {
                rejections.append(rejection)
            } else {
                effects.append(SandboxEffect(entry, journey: journey.id, entranceID: nil, run: run, at: now))
            }
        }
        return dialect.answer(to: entries, rejections: rejections, of: run)
    }

    private mutating func enter(
        _ entry: TriggerEntry, at entranceID: Int, _ journey: SandboxJourney, _ run: SandboxRun, _ now: Int64,
        effects: inout [SandboxEffect]
    ) throws(SandboxProblem) -> SandboxAnswer {
        guard journey.entranceIDs.contains(entranceID) else {
            throw SandboxProblem(404, "resource_missing", "The journey has no such entrance.", param: "entrance_id")
        }
        if entry.specialID == .poison422 {
            throw .invalidFields([
                SandboxProblem.InvalidField("user.external_id", "parameter_invalid_format", "Refused.")
            ])
        }
        if entry.specialID == .poison400 {
            throw SandboxProblem(400, "parameter_invalid_format", "The request could not be read.")
        }
        if let rejection = rejectionRules.rejection(of: entry, at: 0) {
            throw SandboxProblem(rejection.status, rejection.code, rejection.message, param: "user.external_id")
        }
        effects.append(SandboxEffect(entry, journey: journey.id, entranceID: entranceID, run: run, at: now))
        return .json(200, "{\"success\":true}", of: run)
    }
}
