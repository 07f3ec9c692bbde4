/// The bounds of the growing wait between attempts.
public struct BackoffSettings: Sendable, Equatable {
    /// The first wait's upper end; never above `max`.
    public var initial: Duration
    /// What no wait exceeds.
    public var max: Duration

    /// Makes a backoff with the defaults.
    public init() {
        initial = Keys.backoffInitial.standard
        max = Keys.backoffMax.standard
    }
}
