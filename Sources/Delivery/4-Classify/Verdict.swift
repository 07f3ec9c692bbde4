/// What an answer means for a batch. The classifier finds it, and the settlement policy acts on it.
public struct Verdict: Sendable, Equatable {
    /// What happened to the request according to the answer.
    public enum Finding: Sendable, Equatable {
        /// The API accepted the request; one result for each user, in the order of the request.
        case processed([RowResult])
        /// The request was refused because of some rows, by their index; the API did not process the others.
        case refusedRows([Int: Rejection])
        /// The request was refused because of its content, and no row was named.
        case refusedContent(Rejection, isTooLarge: Bool)
        /// A proxy in front of the API refused the request.
        case refusedByEdge(Rejection)
        /// The API accepts no request with this API key, URL or version until an operator acts.
        case refusedForAll(Rejection)
        /// The API accepts no request for this journey at present.
        case refusedForJourney(Rejection)
        /// The API still processes an earlier attempt with the same key.
        case inProgress(retryAfter: Duration?)
        /// The API has seen the key with another request. The worker itself never uses a key for two requests.
        case keyMismatch
        /// The rate limit was exceeded.
        case rateLimited(retryAfter: Duration?)
        /// The request was possibly executed: a timeout, a reset, a 5xx.
        case unknown(Rejection)
        /// No byte of the request left.
        case notSent(reason: String)
    }

    /// What happened to one user of a request that the API accepted.
    public enum RowResult: Sendable, Equatable {
        case delivered
        case rejected(Rejection)
        /// The answer does not prove anything about this user.
        case unproven
    }

    /// Which attempts with the key an answer is evidence about.
    public enum EvidenceScope: Sendable, Equatable {
        /// The API answered after it had looked the key up. Where keys are enforced, the answer holds for every attempt.
        case everyAttempt
        /// The answer proves that this attempt had no effect, and nothing about earlier ones.
        case thisAttempt
        /// The answer proves nothing.
        case nothing
    }

    public var finding: Finding
    public var evidence: EvidenceScope
    /// What is stored of the answer for the operator.
    public var record: AnswerRecord
    /// Whether the answer is a replay of an earlier one. A replay proves that the API enforces idempotency keys, and it
    /// says what was true when the request was executed.
    public var isReplayed: Bool
}
