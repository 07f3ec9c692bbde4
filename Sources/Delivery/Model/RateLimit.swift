/// A limit of so many requests in any span of a length.
public struct RateLimit: Sendable, Equatable {
    public var requests: Int
    public var per: Duration

    public init(requests: Int, per: Duration) {
        self.requests = requests
        self.per = per
    }
}
