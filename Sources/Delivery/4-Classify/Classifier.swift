/// Classifies the answer to a request: a pure function of the batch, the answer and the time, with a verdict for every
/// answer.
///
/// docs/answers.md has the table of all cases, in the same order as the cases here.
public struct Classifier: Sendable {
    public init() {}

    /// Returns what the answer means for the batch.
    public func judge(_ answer: Answer, to batch: Batch, at now: WallTime) -> Verdict {
        switch answer {
        case .notSent(let reason):
            Verdict(
                finding: .notSent(reason: reason), evidence: .thisAttempt,
                record: AnswerRecord(code: "not_sent", message: reason.clipped(toBytes: Rejection.messageBytesMax)),
                isReplayed: false)
        case .silence(let reason):
            Verdict(
                finding: .unknown(Rejection(code: "no_answer", message: reason)),
                evidence: .nothing,
                record: AnswerRecord(code: "no_answer", message: reason.clipped(toBytes: Rejection.messageBytesMax)),
                isReplayed: false)
        case .response(let response):
            judge(response, to: batch, at: now)
        }
    }

    private func judge(_ response: Response, to batch: Batch, at now: WallTime) -> Verdict {
        let problem = response.status < 300 ? nil : Problem(response)
        let (finding, scope) = find(response, problem, batch, now)
        let record = AnswerRecord(
            status: response.status, code: problem?.code ?? plainCode(of: response.status, finding),
            message: problem.map { $0.message.clipped(toBytes: Rejection.messageBytesMax) },
            requestID: response.requestID)
        return Verdict(
            finding: finding, evidence: evidence(of: finding, response, otherwise: scope), record: record,
            isReplayed: response.isReplayed)
    }

    private func plainCode(of status: Int, _ finding: Verdict.Finding) -> String? {
        if case .processed = finding { nil } else { "http_\(status)" }
    }

    /// Returns the evidence of a finding. A replay is evidence about every attempt, whatever it says; the API never replays
    /// an answer about a rate limit or about a key that is in progress.
    private func evidence(
        of finding: Verdict.Finding, _ response: Response, otherwise scope: Verdict.EvidenceScope
    ) -> Verdict.EvidenceScope {
        guard response.isReplayed, response.status < 500 else { return scope }
        switch finding {
        case .inProgress, .rateLimited, .keyMismatch: return scope
        default: return .everyAttempt
        }
    }

    private func find(
        _ response: Response, _ problem: Problem?, _ batch: Batch, _ now: WallTime
    ) -> (Verdict.Finding, Verdict.EvidenceScope) {
        switch refusalForAll(response, problem, at: now) {
        case .rateLimited(let retryAfter): return (.rateLimited(retryAfter: retryAfter), .thisAttempt)
        case .refusedForAll(let refusal): return (.refusedForAll(refusal), .thisAttempt)
        case nil: break
        }
        let refusal = rejection(of: response, problem)
        switch response.status {
        case 200..<300:
            guard response.isMarked else { return (.unknown(refusal), .nothing) }
            return (.processed(results(of: response, batch)), .everyAttempt)
        case 413: return (.refusedContent(refusal, isTooLarge: true), .thisAttempt)
        case 408, 425: return (.unknown(refusal), .nothing)
        case 400..<500:
            guard let problem else { return (.refusedByEdge(refusal), .thisAttempt) }
            return find(problem, response, batch, now)
        default: return (.unknown(refusal), .nothing)
        }
    }

    /// Classifies a 4xx that the API itself reports.
    private func find(
        _ problem: Problem, _ response: Response, _ batch: Batch, _ now: WallTime
    ) -> (Verdict.Finding, Verdict.EvidenceScope) {
        let refusal = rejection(of: response, problem)
        switch (response.status, problem.code) {
        case (402, _), (403, _): return (.refusedByEdge(refusal), .thisAttempt)
        case (404, _): return (journeyMissing(problem, refusal, response, batch), .everyAttempt)
        case (409, "state_conflict"): return (.refusedForJourney(refusal), .everyAttempt)
        case (409, "idempotency_in_progress"):
            return (.inProgress(retryAfter: RetryAfter.duration(of: response.retryAfter, now: now)), .nothing)
        case (409, "idempotency_key_mismatch"): return (.keyMismatch, .nothing)
        case (400, _), (409, _), (422, _): return (content(problem, refusal, batch), .everyAttempt)
        default: return (content(problem, refusal, batch), .thisAttempt)
        }
    }

    // MARK: Refusals of every request

    /// A refusal that concerns every request, whatever its content.
    public enum RefusalForAll: Sendable, Equatable {
        case rateLimited(retryAfter: Duration?)
        /// The API accepts no request with this API key, URL or version until an operator acts.
        case refusedForAll(Rejection)
    }

    /// Returns what the answer to a request without a batch says about every request; nil when it says nothing about them.
    public func judge(extra response: Response, at now: WallTime) -> RefusalForAll? {
        refusalForAll(response, response.status < 300 ? nil : Problem(response), at: now)
    }

    private func refusalForAll(_ response: Response, _ problem: Problem?, at now: WallTime) -> RefusalForAll? {
        guard response.status >= 300 else { return nil }
        let refusal = rejection(of: response, problem)
        switch (response.status, problem) {
        case (300..<400, _): return .refusedForAll(Rejection(code: "redirected", message: refusal.message))
        case (429, _): return .rateLimited(retryAfter: RetryAfter.duration(of: response.retryAfter, now: now))
        case (408, _), (413, _), (425, _): return nil
        case (400..<500, let problem?) where problem.concernsHeader: return .refusedForAll(refusal)
        case (401, _?): return .refusedForAll(refusal)
        case (402, let problem?) where problem.code == "quota_exceeded": return .refusedForAll(refusal)
        case (403, let problem?) where problem.code == "permission_denied": return .refusedForAll(refusal)
        default: return nil
        }
    }

    // MARK: Missing journeys and contacts

    /// Whether the meaning of an answer depends on the status of the journey, which was not read yet.
    static func needsReading(_ response: Response, to batch: Batch) -> Bool {
        guard response.status == 404, response.journey == nil, batch.target.entrance != nil,
            let problem = Problem(response), !problem.concernsHeader, problem.param != "entrance_id"
        else { return false }
        return problem.namedRows(shape: Shape(of: batch.target), size: batch.size).isEmpty
    }

    /// Classifies a 404. When a request carries one user, it can mean the contact or the journey, and the status of the
    /// journey decides.
    private func journeyMissing(
        _ problem: Problem, _ refusal: Rejection, _ response: Response, _ batch: Batch
    ) -> Verdict.Finding {
        let named = problem.namedRows(shape: Shape(of: batch.target), size: batch.size)
        if !named.isEmpty { return .refusedRows(named) }
        // The entrance itself can be missing: then the configuration is the cause, and not the contact.
        guard batch.target.entrance != nil, problem.param != "entrance_id" else { return .refusedForJourney(refusal) }
        switch response.journey {
        case .live: return .refusedRows([0: refusal])
        case .forbidden: return .refusedContent(refusal, isTooLarge: false)
        case .notLive, .missing, .unreadable, nil: return .refusedForJourney(refusal)
        }
    }

    private func content(_ problem: Problem, _ refusal: Rejection, _ batch: Batch) -> Verdict.Finding {
        let named = problem.namedRows(shape: Shape(of: batch.target), size: batch.size)
        return named.isEmpty ? .refusedContent(refusal, isTooLarge: false) : .refusedRows(named)
    }

    private func rejection(of response: Response, _ problem: Problem?) -> Rejection {
        guard let problem else {
            return Rejection(
                code: "http_\(response.status)", message: "HTTP \(response.status) \(response.contentType)")
        }
        return Rejection(code: problem.code, message: problem.message)
    }

    private func results(of response: Response, _ batch: Batch) -> [Verdict.RowResult] {
        let members = LazyMembers(batch.members)
        return AcceptanceReader(shape: Shape(of: batch.target), size: batch.size, members: { members.value })
            .results(of: response)
    }
}

/// The members of a batch, decoded at most once for an answer.
private final class LazyMembers {
    private let list: MemberList

    init(_ list: MemberList) {
        self.list = list
    }

    /// A list that cannot be decoded gives no members: an entry of the answer then matches no member, and the result is
    /// unproven.
    lazy var value: [Member] = {
        do { return try list.decode() } catch { return [] }
    }()
}
