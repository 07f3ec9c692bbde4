/// How an operator changes intents.
public enum IntentAction: Sendable, Equatable {
    /// An intent that waits becomes cancelled.
    case cancel
    /// A dead letter waits again, with all its attempts.
    case retry
    /// A dead letter becomes cancelled: its record stays, and its dedup key is free again.
    case discard
}

/// The intents that an operator changes.
public enum IntentSelection: Sendable, Equatable {
    case ids([Int64])
    /// Every intent that matches.
    case filter(IntentFilter)
}
