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
        /// Nothing will be taken from anyone until somebody acts.
        case closed(Rejection)
        /// This journey takes nothing for now.
        case journeyClosed(Rejection)
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

    /// How far the answer's word reaches, given what stands between it and the effect.
    public enum EvidenceScope: Sendable, Equatable {
        /// From behind the idempotency cache: it speaks for every attempt under the key, where keys are enforced.
        case everyAttempt
        /// Proof that this attempt had no effect, and nothing about earlier ones.
        case thisAttempt
        /// No proof at all.
        case nothing
    }

    public var finding: Finding
    public var bearing: EvidenceScope
    /// What is kept of the answer for people.
    public var record: AnswerRecord
    /// Whether the answer was given before and replayed: then the API enforces idempotency keys, and what the answer
    /// says was true when the request ran.
    public var isReplayed: Bool
}
