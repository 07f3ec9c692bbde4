/// Counts the requests of the source address and of each API key against the rate limits.
///
/// There is one window for each limit of the address, and one for each accepted key and limit of keys. Each window
/// stores at most as many arrival times as its limit allows requests.
struct ArrivalCounters: Sendable {
    private var address: [ArrivalWindow]
    private let perKey: [ArrivalWindow]
    private var byKey: [String: [ArrivalWindow]] = [:]

    init(_ limits: [SandboxRateLimit]) {
        address = limits.filter { $0.scope == .address }.map { ArrivalWindow($0) }
        perKey = limits.filter { $0.scope == .apiKey }.map { ArrivalWindow($0) }
    }

    /// Counts a request of the source address. It returns the milliseconds to wait when a window is full, otherwise
    /// nil.
    mutating func countRequest(at now: Int64) -> Int64? {
        ArrivalCounters.count(&address, at: now)
    }

    /// Counts a write with an accepted API key. It returns the milliseconds to wait when a window is full, otherwise
    /// nil.
    mutating func countWrite(of apiKey: String, at now: Int64) -> Int64? {
        ArrivalCounters.count(&byKey[apiKey, default: perKey], at: now)
    }

    /// The `X-RateLimit-*` headers of a successful answer, from the first window whose limit has a tier.
    func headers(for apiKey: String, at now: Int64) -> [SandboxReply.Header] {
        let windows = (byKey[apiKey] ?? perKey) + address
        let window = windows.first { $0.limit.tier != nil }
        guard let window, let tier = window.limit.tier else { return [] }
        return [
            .init("x-ratelimit-limit", String(window.limit.requestsMax)),
            .init("x-ratelimit-remaining", String(window.remaining(at: now))),
            .init("x-ratelimit-reset", String(window.resetSeconds(at: now))),
            .init("x-ratelimit-tier", tier),
        ]
    }

    private static func count(_ windows: inout [ArrivalWindow], at now: Int64) -> Int64? {
        var longest: Int64?
        for index in windows.indices {
            if let wait = windows[index].count(at: now) {
                longest = max(longest ?? 0, wait)
            }
        }
        return longest
    }
}
