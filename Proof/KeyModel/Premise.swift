/// A premise of the rules for a batch whose outcome is unknown. The model drops one at a time, to show that it is needed.
public enum Premise: String, Sendable, CaseIterable, Comparable {
    /// A batch is sent again, or its key is asked, only where keys are enforced.
    case enforcedKeys
    /// The key is asked under the API key, the URL and the path of the batch.
    case sameSubject
    /// The key is asked before its lifetime at the API can be over.
    case withinLifetime
    /// Unasked by an operator, the key is asked only when an edge's 3xx or 4xx has answered every attempt that left.
    case onlyAfterEdgeRefusals
    /// A rehearsal is binding only when its third request, another harmless body, was a mismatch.
    case rehearsalMismatch
    /// Where the rehearsal is not binding, a refusal counts only when the control has proved that keys are looked at first.
    case control
    /// Where the rehearsal is not binding, rows are free only when no copy of the request can be under way.
    case quiet
    /// That time has passed before the question, and not only before the rows are called free.
    case quietBeforeTheQuestion
    /// A fresh refusal counts only with the code that the rehearsal has shown.
    case rehearsedCode
    /// The harmless body is stored with the batch before it leaves, and the same bytes are sent ever after.
    case storedBody
    /// An answer of an edge to the harmless body teaches nothing.
    case ownAnswersOnly
    /// `idempotency_in_progress` is waited for.
    case inProgressWaits
    /// A mismatch for the harmless body says that the API knows the request.
    case mismatchIsKnown
    /// After attempts of unknown outcome, an own refusal gives a new key only when it came replayed.
    case refusalReplayed
    /// A batch is called delivered only by an own 2xx to its own body.
    case deliveredByOwnAnswer

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
