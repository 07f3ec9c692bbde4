/// A sliding window that stores the times of the last `requestsMax` arrivals. Its limit depends on nothing else.
///
/// Refused requests count, too: a caller that does not wait stays refused.
struct ArrivalWindow: Sendable {
    let limit: SandboxRateLimit
    /// A ring buffer of arrival times. Once it is full, `oldest` is the index of the oldest one.
    private var arrivals: [Int64] = []
    private var oldest = 0

    init(_ limit: SandboxRateLimit) {
        self.limit = limit
    }

    /// Counts an arrival. It returns the milliseconds until a request is allowed, or nil when this one is allowed.
    mutating func count(at now: Int64) -> Int64? {
        let isFull = arrivals.count == limit.requestsMax && arrivals[oldest] > now - limit.windowMilliseconds
        if arrivals.count < limit.requestsMax {
            arrivals.append(now)
        } else {
            arrivals[oldest] = now
            oldest = (oldest + 1) % limit.requestsMax
        }
        return isFull ? max(1, arrivals[oldest] + limit.windowMilliseconds - now) : nil
    }

    /// The number of requests that are allowed now.
    func remaining(at now: Int64) -> Int {
        limit.requestsMax - arrivals.count { $0 > now - limit.windowMilliseconds }
    }

    /// The seconds until the oldest arrival leaves the window, rounded up.
    func resetSeconds(at now: Int64) -> Int64 {
        let first = arrivals.filter { $0 > now - limit.windowMilliseconds }.min() ?? now - limit.windowMilliseconds
        return (first + limit.windowMilliseconds - now + 999) / 1000
    }
}
