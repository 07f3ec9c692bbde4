/// How many requests may leave now, under every limit at once.
///
/// Exact sliding windows: the times of the last `requests` requests are kept for each limit. After a restart the
/// windows are taken as evenly used, so that requests leave at the mean rate until they have slid.
struct SlidingWindows {
    /// What requests sent evenly may bunch up on their way; windows are kept this much longer than the API's.
    static let skew: Duration = .milliseconds(200)

    /// A window that was used up is waited for so long at most, that a bunch may leave together: each round costs a
    /// commit.
    static let bunchSpan: Duration = .milliseconds(100)

    private struct Window {
        let span: Duration
        /// At least one, and far fewer than the window holds.
        let bunch: Int
        /// When each of the last `requests` requests left, oldest at `head`.
        var times: [Duration]
        var head = 0
        /// When the window was used up; nil while there is room from before.
        var usedUp: Duration?

        init(_ limit: RateLimit, times: [Duration]) {
            span = limit.per + SlidingWindows.skew
            bunch = max(1, Int(Double(limit.requests) * SlidingWindows.bunchSpan.seconds / limit.per.seconds))
            self.times = times
        }

        func free(at now: Duration, atMost bound: Int) -> Int {
            let count = room(at: now, atMost: bound)
            if let usedUp, now - usedUp < SlidingWindows.bunchSpan, count < min(bunch, bound) { return 0 }
            return count
        }

        private func room(at now: Duration, atMost bound: Int) -> Int {
            var count = 0
            while count < min(bound, times.count), times[(head + count) % times.count] + span <= now { count += 1 }
            return count
        }

        /// When `free(at:atMost:)` is no longer 0.
        func nextFree(atMost bound: Int) -> Duration {
            let one = nextRoom(for: 1)
            guard let usedUp else { return one }
            return min(nextRoom(for: min(bunch, bound)), max(one, usedUp + SlidingWindows.bunchSpan))
        }

        /// When so many requests have room, which is never more than the window holds.
        func nextRoom(for count: Int) -> Duration { times[(head + count - 1) % times.count] + span }

        mutating func note(at now: Duration) {
            times[head] = now
            head = (head + 1) % times.count
            usedUp = room(at: now, atMost: 1) == 0 ? now : nil
        }
    }

    private var windows: [Window]

    /// - Parameters:
    ///   - limits: none means unlimited.
    ///   - sent: when the latest requests left that are known of; the others are taken as evenly spread.
    init(limits: [RateLimit], sent: [Duration] = [], now: Duration) {
        windows = limits.map { limit in
            let span = limit.per + Self.skew
            let even = (0..<limit.requests).map { now - span + limit.per * ($0 + 1) / limit.requests }
            let known = sent.filter { $0 > now - span }.map { min($0, now) }
            return Window(limit, times: (even + known).sorted().suffix(limit.requests))
        }
    }

    /// As many as the smallest window holds.
    var requestsMax: Int { windows.map(\.times.count).min() ?? .max }

    /// How many requests may leave now.
    func free(at now: Duration, atMost bound: Int) -> Int {
        windows.reduce(bound) { min($0, $1.free(at: now, atMost: bound)) }
    }

    /// When the next request may leave, if at most `bound` are to; nil when one may leave now or nothing limits it.
    func nextFree(after now: Duration, atMost bound: Int) -> Duration? {
        windows.map { $0.nextFree(atMost: max(1, bound)) }.max().flatMap { $0 > now ? $0 : nil }
    }

    /// When so many requests have room at once; nil when they have it now. At most `requestsMax` are meant.
    func nextRoom(for count: Int, after now: Duration) -> Duration? {
        windows.map { $0.nextRoom(for: max(1, min(count, requestsMax))) }.max().flatMap { $0 > now ? $0 : nil }
    }

    mutating func note(_ count: Int, at now: Duration) {
        for index in windows.indices {
            for _ in 0..<count { windows[index].note(at: now) }
        }
    }
}
