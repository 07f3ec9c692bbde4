/// Limits the rate of all requests of the worker, and counts each of them.
///
/// A request may leave when the configured windows, the adaptive rate and the limit that the server announces all have
/// room for it. A 429 also pauses everything for a time; `PauseRegistry` keeps that pause.
struct RateLimiter: Sendable {
    /// The longest wait after repeated 429 answers, unless the server gives a longer one.
    static let waitMax: Duration = .seconds(60)
    /// The wait after a 429 without a valid `Retry-After`.
    static let waitDefault: Duration = .seconds(1)

    private var windows: SlidingWindows
    private(set) var adaptiveRate: AdaptiveRate
    private var serverLimit: ServerLimit?
    /// The wait after the latest 429; nil once a later request has succeeded.
    private var wait: Duration?
    /// When the latest 429 came.
    private var limitedAt: Duration = .zero
    /// The learned limit that was last handed out to be stored, in requests per second; 0 for none.
    private var storedLimit: Double

    /// - Parameters:
    ///   - limits: the configured limits; an empty list means no limit.
    ///   - learnedLimit: the limit that a previous worker has learned, in requests per second.
    ///   - sent: when the latest requests of a previous worker left.
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

    /// How many requests the configured windows alone have room for.
    func windowsFree(at now: Duration, atMost bound: Int) -> Int { windows.free(at: now, atMost: bound) }

    /// How many requests the smallest configured window allows.
    var windowsMax: Int { windows.requestsMax }

    /// When the configured windows have room for `count` requests at once; nil when they have room now.
    func nextWindowsFree(for count: Int, after now: Duration) -> Duration? { windows.nextRoom(for: count, after: now) }

    /// When the next request may leave, if at most `bound` requests are to leave; nil when one may leave now.
    func nextFree(after now: Duration, atMost bound: Int) -> Duration? {
        [
            windows.nextFree(after: now, atMost: bound), adaptiveRate.nextFree(after: now),
            serverLimit?.nextFree(after: now),
        ].compactMap { $0 }.max()
    }

    /// Counts requests that leave, those without a batch included.
    mutating func note(_ count: Int, at now: Duration) {
        guard count > 0 else { return }
        windows.note(count, at: now)
        adaptiveRate.note(count, at: now)
        serverLimit?.note(count, at: now)
    }

    /// Takes over other configured limits and keeps what was learned.
    mutating func reconfigure(limits: [RateLimit], at now: Duration) {
        windows = SlidingWindows(limits: limits, now: now)
        adaptiveRate = AdaptiveRate(learned: adaptiveRate.limit, rateMax: Self.meanRate(limits), now: now)
    }

    // MARK: Answers

    /// Learns from an answer. A 429 is also given to `limited`.
    ///
    /// - Parameter inFlight: how many other requests are under way.
    mutating func note(_ answer: Answer, begunAt: Duration, inFlight: Int, at now: Duration) {
        guard case .response(let response) = answer else { return }
        switch response.status {
        case 429: return
        case 503: adaptiveRate.noteUnavailable(at: now)
        default: adaptiveRate.noteAccepted(at: now)
        }
        if let headers = response.rate {
            let announced = ServerLimit(headers, inFlight: inFlight, begunAt: begunAt, after: serverLimit, at: now)
            if announced.isNewer(than: serverLimit) { serverLimit = announced }
        } else if (200..<300).contains(response.status) {
            serverLimit = nil
        }
    }

    /// Notes that a request succeeded. When it began after the latest 429, the next 429 does not count as a repeated one.
    mutating func notePassed(begunAt: Duration) {
        if begunAt > limitedAt { wait = nil }
    }

    /// Returns how long a 429 pauses everything: the wait that the server gives, doubled with each repeated 429 up to a
    /// minute, plus the jitter.
    ///
    /// A 429 to a request that left before the previous 429 came is not a repeated one, and the adaptive rate learns nothing
    /// from it.
    mutating func limited(retryAfter: Duration?, begunAt: Duration, jitter: Duration, at now: Duration) -> Duration {
        let isNew = begunAt > limitedAt || limitedAt == .zero
        if let wait, isNew {
            self.wait = max(retryAfter ?? .zero, min(Self.waitMax, max(wait, Self.waitDefault) * 2))
        } else {
            wait = max(retryAfter ?? Self.waitDefault, wait ?? .zero)
        }
        limitedAt = now
        let pause = (wait ?? .zero) + jitter
        assert(pause >= .zero, "a pause has a length")
        if isNew { adaptiveRate.noteLimited(until: now + pause, at: now) }
        return pause
    }

    /// Returns the learned limit in requests per second when it differs by more than a twentieth from the stored one; 0 for
    /// none.
    mutating func takeLearned() -> Double? {
        let limit = adaptiveRate.limit ?? 0
        guard abs(limit - storedLimit) > storedLimit / 20 else { return nil }
        storedLimit = limit
        return limit
    }
}
