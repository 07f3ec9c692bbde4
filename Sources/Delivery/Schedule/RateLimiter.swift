/// Says whether a request may leave as far as rates go: the one place that counts every request of the worker's.
///
/// A request leaves when the configured windows, the adaptiveRate that refusals have taught and the server's own word all have
/// room for it. A 429 also holds everything back for a time; that pause is stored, and kept by `PauseRegistry`.
struct RateLimiter: Sendable {
    /// What no wait after a repeated limit exceeds, unless the server asks for more.
    static let waitMax: Duration = .seconds(60)
    /// What a limit without a usable `Retry-After` means.
    static let waitDefault: Duration = .seconds(1)

    private var windows: SlidingWindows
    private(set) var adaptiveRate: AdaptiveRate
    private var serverLimit: ServerLimit?
    /// The wait of the latest limit, nil once a later request has succeeded.
    private var wait: Duration?
    private var limitedAt: Duration = .zero
    /// The limit as last handed out to be stored.
    private var storedLimit: Double

    /// - Parameters:
    ///   - limits: none means unlimited.
    ///   - learnedLimit: what an earlier worker had found, in requests per second.
    ///   - sent: when an earlier worker's latest requests left.
    init(limits: [RateLimit], learnedLimit: Double?, sent: [Duration] = [], now: Duration) {
        windows = SlidingWindows(limits: limits, sent: sent, now: now)
        adaptiveRate = AdaptiveRate(learned: learnedLimit, rateMax: Self.meanRate(limits), now: now)
        storedLimit = learnedLimit ?? 0
    }

    private static func meanRate(_ limits: [RateLimit]) -> Double {
        limits.map { Double($0.requests) / $0.per.seconds }.min() ?? 100_000
    }

    /// How many requests may leave now.
    func free(at now: Duration, atMost bound: Int) -> Int {
        let free = adaptiveRate.free(at: now, atMost: windows.free(at: now, atMost: bound))
        return serverLimit?.free(at: now, atMost: free) ?? free
    }

    /// What the configured windows alone have room for.
    func windowsFree(at now: Duration, atMost bound: Int) -> Int { windows.free(at: now, atMost: bound) }

    /// As many requests as the smallest configured window holds.
    var windowsMax: Int { windows.requestsMax }

    /// When so many requests fit into the configured windows at once; nil when they do now.
    func nextWindowsFree(for count: Int, after now: Duration) -> Duration? { windows.nextRoom(for: count, after: now) }

    /// When the next request may leave, if at most `bound` are to; nil when one may leave now or nothing limits it.
    func nextFree(after now: Duration, atMost bound: Int) -> Duration? {
        [windows.nextFree(after: now, atMost: bound), adaptiveRate.nextFree(after: now), serverLimit?.nextFree(after: now)].compactMap
        { $0 }.max()
    }

    /// Counts requests that leave, of whatever kind.
    mutating func note(_ count: Int, at now: Duration) {
        guard count > 0 else { return }
        windows.note(count, at: now)
        adaptiveRate.note(count, at: now)
        serverLimit?.note(count, at: now)
    }

    /// Goes on under other windows; what was learned stays.
    mutating func reconfigure(limits: [RateLimit], at now: Duration) {
        windows = SlidingWindows(limits: limits, now: now)
        adaptiveRate = AdaptiveRate(learned: adaptiveRate.limit, rateMax: Self.meanRate(limits), now: now)
    }

    // MARK: What answers say

    /// Takes in an answer; a 429 comes by `limited` too.
    /// - Parameter inFlight: requests under way beside the one that was answered.
    mutating func note(_ answer: Answer, begunAt: Duration, inFlight: Int, at now: Duration) {
        guard case .response(let response) = answer else { return }
        switch response.status {
        case 429: return
        case 503: adaptiveRate.noteUnavailable(at: now)
        default: adaptiveRate.noteAccepted(at: now)
        }
        if let headers = response.rate {
            let word = ServerLimit(headers, inFlight: inFlight, begunAt: begunAt, after: serverLimit, at: now)
            if word.isNewer(than: serverLimit) { serverLimit = word }
        } else if (200..<300).contains(response.status) {
            serverLimit = nil
        }
    }

    /// Notes that a later request than the limited ones got through: the next limit is no repeat.
    mutating func notePassed(begunAt: Duration) {
        if begunAt > limitedAt { wait = nil }
    }

    /// How long a 429 holds everything back: the server's wait, doubled at each repeat up to a minute, and the jitter.
    ///
    /// Answers to requests that left before the limit was known are no repeat, and teach the adaptiveRate nothing new.
    mutating func limited(retryAfter: Duration?, begunAt: Duration, jitter: Duration, at now: Duration) -> Duration {
        let isNews = begunAt > limitedAt || limitedAt == .zero
        if let wait, isNews {
            self.wait = max(retryAfter ?? .zero, min(Self.waitMax, max(wait, Self.waitDefault) * 2))
        } else {
            wait = max(retryAfter ?? Self.waitDefault, wait ?? .zero)
        }
        limitedAt = now
        let pause = (wait ?? .zero) + jitter
        if isNews { adaptiveRate.noteLimited(until: now + pause, at: now) }
        return pause
    }

    /// The learned limit when it differs by a twentieth from what was stored, in requests per second; 0 is none.
    mutating func takeLearned() -> Double? {
        let limit = adaptiveRate.limit ?? 0
        guard abs(limit - storedLimit) > storedLimit / 20 else { return nil }
        storedLimit = limit
        return limit
    }
}
