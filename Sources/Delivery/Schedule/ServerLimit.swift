/// The rate limit that the API announces in `X-RateLimit-*`: how many requests are left, and when the window is reset.
///
/// The last twentieth of the limit is spread evenly over the time until the reset. The reset is given in whole seconds, so
/// that a worker that used the limit up early could otherwise send nothing for up to a second in each window.
struct ServerLimit: Sendable {
    /// The longest time until a reset that the worker accepts.
    private static let resetMax: Duration = .seconds(60)
    /// How long the worker waits for a new limit after the reset, once it has sent a request.
    private static let refreshTimeout: Duration = .seconds(1)

    private let limit: Int
    private var remaining: Int
    /// When the window is reset, on the monotonic clock.
    private var reset: Duration
    /// When the next request may leave while few are left.
    private var next: Duration
    /// When the request began whose answer has announced the limit.
    private let begunAt: Duration

    /// - Parameters:
    ///   - inFlight: requests under way that the server may not have counted yet.
    ///   - previous: the limit announced before, whose spacing of requests continues.
    init(_ headers: RateHeaders, inFlight: Int, begunAt: Duration, after previous: ServerLimit?, at now: Duration) {
        assert(inFlight >= 0, "requests under way are counted from 0")
        limit = headers.limit
        remaining = max(0, headers.remaining - inFlight)
        reset = now + min(Self.resetMax, .seconds(max(0, headers.resetSeconds)))
        next = min(previous?.next ?? now, reset)
        self.begunAt = begunAt
    }

    /// Whether this limit was announced for a later request than `other`.
    func isNewer(than other: ServerLimit?) -> Bool {
        other.map { $0.begunAt <= begunAt } ?? true
    }

    private var isScarce: Bool { remaining * 20 < limit }

    /// How many requests may leave now, at most `bound`. After the reset at least one may, so that the limit is announced
    /// again.
    func free(at now: Duration, atMost bound: Int) -> Int {
        if now >= reset { return min(bound, max(1, remaining)) }
        guard isScarce else { return min(bound, remaining) }
        return now >= next ? min(bound, remaining, 1) : 0
    }

    /// When the next request may leave; nil when one may leave now.
    func nextFree(after now: Duration) -> Duration? {
        guard reset > now, isScarce else { return nil }
        if remaining == 0 { return reset }
        return next > now ? next : nil
    }

    /// Counts requests that leave.
    mutating func note(_ count: Int, at now: Duration) {
        guard count > 0 else { return }
        if now >= reset { reset = now + Self.refreshTimeout }
        remaining = max(0, remaining - count)
        next = now + (reset - now) / (remaining + 1)
    }
}
