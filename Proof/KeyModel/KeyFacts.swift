/// What a worker knows of a batch, and of the keys at its subject. It is all that the rules may look at.
public struct KeyFacts: Sendable, Hashable {
    /// Attempts of the batch that left.
    public var sent: UInt8 = 0
    /// Whether an edge's 3xx or 4xx has answered every attempt that left.
    public var onlyEdgeRefusals = true
    /// Whether the harmless body was sent under the key; stored before it left.
    public var isBurned = false
    /// How often the key was asked.
    public var asked: UInt8 = 0
    /// The API has said that it knows the request: the request itself is asked for once more.
    public var isKnown = false
    /// The answer to the last attempt was an own refusal; the next one shows whether it is replayed.
    public var wasRefused = false
    /// Whether no copy of the request can be under way: enough time has passed since the last attempt.
    public var isQuiet = true
    /// Whether the API has freshly refused the harmless body.
    public var isFreshlyRefused = false
    /// Whether an operator has ordered that the key is asked.
    public var isOrdered = false
    /// What the daily rehearsal under a throwaway key has shown.
    public var isReplayed = false
    public var isMismatched = false
    /// What the harmless body under the key of a delivered batch has shown.
    public var isControlProven = false
    public var isEnforced = true
}

/// A body that is sent under the key of the batch.
public enum KeyBody: UInt8, Sendable, Hashable { case request, harmless }

/// An answer as the worker reads it.
public enum KeyAnswer: UInt8, Sendable, Hashable {
    case accepted, acceptedReplayed
    /// An own 400, 404, 409 `state_conflict` or 422.
    case refused, refusedReplayed
    /// An own 4xx that is given before the cache is looked at, such as 401 or 402.
    case refusedInFront
    case mismatch, inProgress, ownError
    case edgeRefusal, edgeError, silence
}

/// What the worker does next about the batch.
public enum KeyDecision: Sendable, Hashable {
    case send
    case ask
    /// Waits until no copy of the request can be under way.
    case waitForQuiet
    case delivered
    /// Nothing has run under the key and nothing can: the rows travel on under a new key.
    case free
    case inDoubt
    /// In doubt: the API knows the request, and something keeps its answer back.
    case answerWithheld
}
