/// How a drain ended.
public enum DrainOutcome: Sendable, Equatable {
    /// Everything that was committed and due when it started has been delivered or has died.
    case drained
    /// What is left waits for a person: paused, parked, in doubt, or in a journey the configuration does not know.
    case blocked(Remaining)
    /// The worker was told to stop.
    case stopped
    /// Time was up.
    case timedOut(Remaining)
}
