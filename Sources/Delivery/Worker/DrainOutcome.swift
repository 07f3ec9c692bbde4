/// How a drain ended.
public enum DrainOutcome: Sendable, Equatable {
    /// Every intent that was committed and due at the start is delivered, dead or cancelled.
    case drained
    /// The intents that are left wait for an operator: their journey is paused or not configured, or they are in doubt.
    case blocked(Remaining)
    /// The worker was told to stop.
    case stopped
    /// The timeout of the drain was over.
    case timedOut(Remaining)
}
