/// The form of the 2xx answer to the users shape. The public API guide does not specify it.
///
/// The forms after `noContent` are wrong intentionally, to test clients with them.
public enum SandboxDialect: String, Sendable, Codable, CaseIterable {
    /// `{"entrances_created":N,"errors":[{"index","external_id","code","message"}]}`
    case entrancesCreated = "entrances_created"
    /// The form of the user batch endpoint: `{"results":[{"index","external_id","error"?}],"succeeded","failed"}`
    case results
    /// `{"count":N,"errors":[…]}`
    case count
    /// `{"success":true}`, also when users were rejected.
    case success
    /// Status 202 with an empty body.
    case accepted
    /// Status 204.
    case noContent = "no_content"
    /// One entrance more than there are users, and an error for a user that the request did not contain.
    case contradictory
    /// The first half of the `entrances_created` form.
    case truncated
    /// The text `OK` with the content type of JSON.
    case unparsable

    /// The answer to a call of the users shape.
    func answer(to entries: [TriggerEntry], rejections: [UserRejection], of run: SandboxRun) -> SandboxAnswer {
        let made = entries.count - rejections.count
        let counted = SandboxDialect.counted("entrances_created", made, rejections)
        switch self {
        case .entrancesCreated: return .json(200, counted, of: run)
        case .results: return .json(200, SandboxDialect.results(entries, rejections), of: run)
        case .count: return .json(200, SandboxDialect.counted("count", made, rejections), of: run)
        case .success: return .json(200, "{\"success\":true}", of: run)
        case .accepted: return SandboxAnswer(status: 202, requestID: run.requestID)
        case .noContent: return SandboxAnswer(status: 204, requestID: run.requestID)
        case .contradictory:
            let stranger = UserRejection(
                index: entries.count, externalID: "unknown", code: "resource_missing", message: "")
            let text = SandboxDialect.counted("entrances_created", entries.count + 1, [stranger])
            return .json(200, text, of: run)
        case .truncated: return .json(200, String(counted.prefix(counted.count / 2)), of: run)
        case .unparsable: return .json(200, "OK", of: run)
        }
    }

    private static func counted(_ name: String, _ made: Int, _ rejections: [UserRejection]) -> String {
        let errors = rejections.map { rejection in
            JSONWriter.object([
                ("index", String(rejection.index)), ("external_id", JSONWriter.string(orNull: rejection.externalID)),
                ("code", JSONWriter.string(rejection.code)), ("message", JSONWriter.string(rejection.message)),
            ])
        }
        return JSONWriter.object([(name, String(made)), ("errors", JSONWriter.array(errors))])
    }

    private static func results(_ entries: [TriggerEntry], _ rejections: [UserRejection]) -> String {
        let byIndex = Dictionary(rejections.map { ($0.index, $0) }) { first, _ in first }
        let results = entries.enumerated().map { index, entry in
            var members = [("index", String(index))]
            for (name, value) in [("external_id", entry.externalID), ("anonymous_id", entry.anonymousID)] {
                if let value { members.append((name, JSONWriter.string(value))) }
            }
            if let rejection = byIndex[index] {
                let error = [
                    ("code", JSONWriter.string(rejection.code)), ("message", JSONWriter.string(rejection.message)),
                ]
                members.append(("error", JSONWriter.object(error)))
            }
            return JSONWriter.object(members)
        }
        return JSONWriter.object([
            ("results", JSONWriter.array(results)), ("succeeded", String(entries.count - rejections.count)),
            ("failed", String(rejections.count)),
        ])
    }
}
