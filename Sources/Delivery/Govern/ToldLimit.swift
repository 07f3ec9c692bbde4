/// What the API has said of its own limit in `X-RateLimit-*`: how many requests are left, and until when.
struct ToldLimit: Sendable {
    /// No word of the server's silences the worker for longer.
    private static let resetMax: Duration = .seconds(60)
    /// How long the answer to a single request, sent to hear more, is waited for.
    private static let patience: Duration = .seconds(1)

    private var remaining: Int
    /// When the server has room again, whatever `remaining` says.
    private var reset: Duration
    private let begunAt: Duration

    /// - Parameter inFlight: requests that the server may not have counted yet.
    init(_ headers: RateHeaders, inFlight: Int, begunAt: Duration, at now: Duration) {
        remaining = max(0, headers.remaining - inFlight)
        reset = now + min(Self.resetMax, .seconds(max(0, headers.resetSeconds)))
        self.begunAt = begunAt
    }

    /// Whether this was said after another answer's word.
    func isNewer(than other: ToldLimit?) -> Bool {
        other.map { $0.begunAt <= begunAt } ?? true
    }

    func free(at now: Duration, atMost bound: Int) -> Int {
        min(bound, now >= reset ? max(1, remaining) : remaining)
    }

    func nextFree(after now: Duration) -> Duration? {
        remaining == 0 && reset > now ? reset : nil
    }

    mutating func note(_ count: Int, at now: Duration) {
        guard count > 0 else { return }
        if now >= reset { reset = now + Self.patience }
        remaining = max(0, remaining - count)
    }
}
