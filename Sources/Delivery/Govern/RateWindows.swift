/// A limit of so many requests in any span of a length.
public struct RateLimit: Sendable, Equatable {
    public var requests: Int
    public var per: Duration

    public init(requests: Int, per: Duration) {
        self.requests = requests
        self.per = per
    }
}

/// How many requests may leave now, under every limit at once.
///
/// Exact sliding windows: the times of the last `requests` requests are kept for each limit. After a restart the
/// windows are taken as evenly used, so that requests leave at the mean rate until they have slid.
struct RateWindows {
    /// What requests sent evenly may bunch up on their way; windows are kept this much longer than the API's.
    static let skew: Duration = .milliseconds(200)

    private struct Window {
        let span: Duration
        /// When each of the last `requests` requests left, oldest at `head`.
        var times: [Duration]
        var head = 0

        func free(at now: Duration) -> Int {
            var count = 0
            while count < times.count, times[(head + count) % times.count] + span <= now { count += 1 }
            return count
        }

        mutating func note(at now: Duration) {
            times[head] = now
            head = (head + 1) % times.count
        }
    }

    private var windows: [Window]

    /// - Parameters:
    ///   - limits: none means unlimited.
    ///   - sent: when the latest requests left that are known of; the others are taken as evenly spread.
    init(limits: [RateLimit], sent: [Duration] = [], now: Duration) {
        windows = limits.map { limit in
            let span = limit.per + Self.skew
            if planted(.windowsForgotten) {
                return Window(span: span, times: Array(repeating: now - span, count: limit.requests))
            }
            let even = (0..<limit.requests).map { now - span + limit.per * ($0 + 1) / limit.requests }
            let known = sent.filter { $0 > now - span }.map { min($0, now) }
            return Window(span: span, times: (even + known).sorted().suffix(limit.requests))
        }
    }

    /// How many requests may leave now.
    func free(at now: Duration, atMost bound: Int) -> Int {
        planted(.budgetExceeded) ? bound : windows.reduce(bound) { min($0, $1.free(at: now)) }
    }

    /// When the next request may leave; nil when one may leave now or nothing limits it.
    func nextFree(after now: Duration) -> Duration? {
        windows.map { $0.times[$0.head] + $0.span }.max().flatMap { $0 > now ? $0 : nil }
    }

    mutating func note(_ count: Int, at now: Duration) {
        for index in windows.indices {
            for _ in 0..<count { windows[index].note(at: now) }
        }
    }
}
