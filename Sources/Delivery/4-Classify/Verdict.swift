/// What an answer means: found by the classifier, acted on by the settlement.
public struct Verdict: Sendable, Equatable {
    /// What the answer says became of the request.
    public enum Finding: Sendable, Equatable {
        /// The API took the request and said so for each user, in the order of the request.
        case judged([RowResult])
        /// Refused for some rows, named by their place; the others were not tried.
        case refusedRows([Int: Rejection])
        /// Refused for its content, and no row was named.
        case refusedContent(Rejection, isTooLarge: Bool)
        /// An edge in front of the API disliked something.
        case refusedByEdge(Rejection)
        /// The API takes no request of this key, URL or version until an operator acts.
        case refusedForAll(Rejection)
        /// This journey takes nothing for now.
        case refusedForJourney(Rejection)
        /// An earlier attempt under the same key is still running.
        case inProgress(retryAfter: Duration?)
        /// The key was used for another request, which the worker never does.
        case keyMismatch
        case rateLimited(retryAfter: Duration?)
        /// It may have run: a timeout, a reset, a 5xx.
        case unknown(Rejection)
        /// No byte of it left.
        case notSent(reason: String)
    }

    /// What became of one user in a request that the API took.
    public enum RowResult: Sendable, Equatable {
        case delivered
        case rejected(Rejection)
        /// The answer does not prove anything about this user.
        case unproven
    }

    /// Which attempts under the key an answer is evidence about.
    public enum EvidenceScope: Sendable, Equatable {
        /// The answer comes from behind the idempotency cache: where keys are enforced it speaks for every attempt.
        case everyAttempt
        /// The answer proves that this attempt had no effect, and nothing about earlier ones.
        case thisAttempt
        /// The answer proves nothing.
        case nothing
    }

    public var finding: Finding
    public var evidence: EvidenceScope
    /// What is kept of the answer for people.
    public var record: AnswerRecord
    /// Whether the answer was given before and replayed: then the API enforces idempotency keys, and what the answer
    /// says was true when the request ran.
    public var isReplayed: Bool
}
