/// A sliding window that remembers the last `requestsMax` arrivals, which is all its limit depends on.
///
/// Refused requests count too: a caller that keeps knocking stays out.
struct ArrivalWindow: Sendable {
    let limit: SandboxRateLimit
    /// A ring of arrival times; once full, `oldest` is the place of the oldest.
    private var arrivals: [Int64] = []
    private var oldest = 0

    init(_ limit: SandboxRateLimit) {
        self.limit = limit
    }

    /// Counts an arrival and gives the milliseconds until there is room, or nothing when there was room for it.
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

    /// How many requests have room now.
    func remaining(at now: Int64) -> Int {
        limit.requestsMax - arrivals.count { $0 > now - limit.windowMilliseconds }
    }

    /// The seconds until the window's oldest arrival leaves it.
    func resetSeconds(at now: Int64) -> Int64 {
        let first = arrivals.filter { $0 > now - limit.windowMilliseconds }.min() ?? now - limit.windowMilliseconds
        return (first + limit.windowMilliseconds - now + 999) / 1000
    }
}
