/// What the API has said of its own limit in `X-RateLimit-*`: how many requests are left, and until when.
///
/// The last twentieth of the limit is spread evenly over the time until the server has room again: a reset told in
/// whole seconds would otherwise cost up to a second of silence in each window.
struct ServerLimit: Sendable {
    /// No word of the server's silences the worker for longer.
    private static let resetMax: Duration = .seconds(60)
    /// How long the answer to a single request, sent to hear more, is waited for.
    private static let patience: Duration = .seconds(1)

    private let limit: Int
    private var remaining: Int
    /// When the server has room again, whatever `remaining` says.
    private var reset: Duration
    /// When the next of few may leave.
    private var next: Duration
    private let begunAt: Duration

    /// - Parameters:
    ///   - inFlight: requests that the server may not have counted yet.
    ///   - previous: what was said before, whose spacing goes on.
    init(_ headers: RateHeaders, inFlight: Int, begunAt: Duration, after previous: ServerLimit?, at now: Duration) {
        limit = headers.limit
        remaining = max(0, headers.remaining - inFlight)
        reset = now + min(Self.resetMax, .seconds(max(0, headers.resetSeconds)))
        next = min(previous?.next ?? now, reset)
        self.begunAt = begunAt
    }

    /// Whether this was said after another answer's word.
    func isNewer(than other: ServerLimit?) -> Bool {
        other.map { $0.begunAt <= begunAt } ?? true
    }

    private var isScarce: Bool { remaining * 20 < limit }

    func free(at now: Duration, atMost bound: Int) -> Int {
        if now >= reset { return min(bound, max(1, remaining)) }
        guard isScarce else { return min(bound, remaining) }
        return now >= next ? min(bound, remaining, 1) : 0
    }

    func nextFree(after now: Duration) -> Duration? {
        guard reset > now, isScarce else { return nil }
        if remaining == 0 { return reset }
        return next > now ? next : nil
    }

    mutating func note(_ count: Int, at now: Duration) {
        guard count > 0 else { return }
        if now >= reset { reset = now + Self.patience }
        remaining = max(0, remaining - count)
        next = now + (reset - now) / (remaining + 1)
    }
}
