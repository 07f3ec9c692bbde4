/// The configured rate limits as sliding windows. A request may leave when every window has room.
///
/// The windows are exact: for each limit, the times of its last `requests` requests are kept. After a restart, the requests
/// that are not known count as spread evenly over the window, so that requests leave at the mean rate at first.
struct SlidingWindows {
    /// How much longer each window is than that of the API, because requests can arrive closer together than they left.
    static let skew: Duration = .milliseconds(200)

    /// After a window was used up, requests wait for at most this long to leave together, because each round costs a commit.
    static let bunchSpan: Duration = .milliseconds(100)

    private struct Window {
        let span: Duration
        /// How many requests wait to leave together after the window was used up; at least 1, and far fewer than the window
        /// holds.
        let bunch: Int
        /// A ring buffer with the times at which the last `requests` requests left; the oldest is at `head`.
        var times: [Duration]
        var head = 0
        /// When the last room of the window was used; nil while there is room.
        var usedUp: Duration?

        init(_ limit: RateLimit, times: [Duration]) {
            assert(times.count == limit.requests && !times.isEmpty, "a window keeps the time of each request it allows")
            span = limit.per + SlidingWindows.skew
            bunch = max(1, Int(Double(limit.requests) * SlidingWindows.bunchSpan.seconds / limit.per.seconds))
            self.times = times
        }

        func free(at now: Duration, atMost bound: Int) -> Int {
            let count = room(at: now, atMost: bound)
            if let usedUp, now - usedUp < SlidingWindows.bunchSpan, count < min(bunch, bound) { return 0 }
            return count
        }

        /// How many requests have left so long ago that others may leave.
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

        /// When the window has room for `count` requests.
        func nextRoom(for count: Int) -> Duration {
            assert((1...times.count).contains(count), "a window never has room for more requests than it allows")
            return times[(head + count - 1) % times.count] + span
        }

        mutating func note(at now: Duration) {
            times[head] = now
            head = (head + 1) % times.count
            usedUp = room(at: now, atMost: 1) == 0 ? now : nil
        }
    }

    private var windows: [Window]

    /// - Parameters:
    ///   - limits: the limits, which all hold at the same time; an empty list means no limit.
    ///   - sent: when the latest known requests left; the other requests count as spread evenly.
    init(limits: [RateLimit], sent: [Duration] = [], now: Duration) {
        windows = limits.map { limit in
            let span = limit.per + Self.skew
            let even = (0..<limit.requests).map { now - span + limit.per * ($0 + 1) / limit.requests }
            let known = sent.filter { $0 > now - span }.map { min($0, now) }
            return Window(limit, times: (even + known).sorted().suffix(limit.requests))
        }
    }

    /// How many requests the smallest window allows.
    var requestsMax: Int { windows.map(\.times.count).min() ?? .max }

    /// How many requests may leave now.
    func free(at now: Duration, atMost bound: Int) -> Int {
        windows.reduce(bound) { min($0, $1.free(at: now, atMost: bound)) }
    }

    /// When the next request may leave, if at most `bound` requests are to leave; nil when one may leave now.
    func nextFree(after now: Duration, atMost bound: Int) -> Duration? {
        windows.map { $0.nextFree(atMost: max(1, bound)) }.max().flatMap { $0 > now ? $0 : nil }
    }

    /// When there is room for `count` requests at once, or for `requestsMax` if that is less; nil when there is room now.
    func nextRoom(for count: Int, after now: Duration) -> Duration? {
        windows.map { $0.nextRoom(for: max(1, min(count, requestsMax))) }.max().flatMap { $0 > now ? $0 : nil }
    }

    /// Counts requests that leave.
    mutating func note(_ count: Int, at now: Duration) {
        assert(count >= 0, "requests are counted from 0")
        for index in windows.indices {
            for _ in 0..<count { windows[index].note(at: now) }
        }
    }
}
