import Delivery

/// The result of `resume`.
public struct ResumeReport: Sendable, Equatable {
    /// The scope had an operator's pause, and it was removed.
    public var wasPaused = false
    /// Pauses by the API that are probed now.
    public var probing: [Pause] = []
    /// Pauses that remain: of another scope, or with an end of their own.
    public var remaining: [Pause] = []

    public init() {}
}
