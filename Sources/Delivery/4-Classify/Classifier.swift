/// Judges an answer: a pure and total function of the batch, what came back, and the time.
///
/// docs/answers.md holds the table; the order of the cases here is the order of its rows.
public struct Classifier: Sendable {
    public init() {}

    /// What the answer means for the batch.
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
        if case .judged = finding { nil } else { "http_\(status)" }
    }

    /// A replayed answer comes from behind the cache whatever it says; in progress and rate limits never are one.
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
            return (.judged(read(response, batch)), .everyAttempt)
        case 413: return (.refusedContent(refusal, isTooLarge: true), .thisAttempt)
        case 408, 425: return (.unknown(refusal), .nothing)
        case 400..<500:
            guard let problem else { return (.refusedByEdge(refusal), .thisAttempt) }
            return find(problem, response, batch, now)
        default: return (.unknown(refusal), .nothing)
        }
    }

    /// A 4xx of the API's own.
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

    /// What concerns every request, whatever it carried.
    public enum RefusalForAll: Sendable, Equatable {
        case rateLimited(retryAfter: Duration?)
        /// The API takes no request of this key, URL or version until an operator acts.
        case refusedForAll(Rejection)
    }

    /// What the answer to a request beside the batches' own says of every request; nil when it says nothing.
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

    /// Whether an answer means one thing or another depending on what the journey is, which has not been read yet.
    static func needsReading(_ response: Response, to batch: Batch) -> Bool {
        guard response.status == 404, response.journey == nil, batch.target.entrance != nil,
            let problem = Problem(response), !problem.concernsHeader, problem.param != "entrance_id"
        else { return false }
        return problem.namedRows(shape: Shape(of: batch.target), size: batch.size).isEmpty
    }

    /// In the shape of one user per request a 404 may mean the contact: the journey's own reading tells.
    private func journeyMissing(
        _ problem: Problem, _ refusal: Rejection, _ response: Response, _ batch: Batch
    ) -> Verdict.Finding {
        let named = problem.namedRows(shape: Shape(of: batch.target), size: batch.size)
        if !named.isEmpty { return .refusedRows(named) }
        // The entrance itself may be what is missing: a setting, and no fault of the contact.
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

    private func read(_ response: Response, _ batch: Batch) -> [Verdict.RowResult] {
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

    /// A list that cannot be decoded matches nothing, and what matches nothing is held as unproven.
    lazy var value: [Member] = {
        do { return try list.decode() } catch { return [] }
    }()
}
