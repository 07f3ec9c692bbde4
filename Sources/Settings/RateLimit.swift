/// A number of requests allowed in any window of a given length.
public struct RateLimit: Sendable, Equatable {
    /// At least 1.
    public var requests: Int
    /// The length of the window.
    public var window: Duration

    public init(requests: Int, per window: Duration) {
        self.requests = requests
        self.window = window
    }
}
