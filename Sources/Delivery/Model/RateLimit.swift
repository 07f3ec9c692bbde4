/// A limit on the number of requests in any span of time of a given length.
public struct RateLimit: Sendable, Equatable {
    /// The largest number of requests in the span; at least 1.
    public var requests: Int
    /// The length of the span; longer than zero.
    public var per: Duration

    public init(requests: Int, per: Duration) {
        assert(requests > 0 && per > .zero, "a rate limit lets at least one request leave in some time")
        self.requests = requests
        self.per = per
    }
}
