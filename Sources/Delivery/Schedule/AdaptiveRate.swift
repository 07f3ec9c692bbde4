import Foundation

/// The rate that the worker learns from refusals (429 and 503); nothing limits it before the first refusal.
///
/// A refusal shows that the limit of the server is about the rate that was accepted just before. The rate is set a little
/// below that limit and stays there for a time, the plateau. Then it rises along a cubic curve: slowly near the limit, so
/// that reaching it again costs one request, and fast beyond it, so that a raised limit is found within a minute. The
/// plateau is long compared with the pause that a refusal brings, so that pauses take a small part of the time. Only time
/// in which this rate is what holds requests back counts, so that idle time changes nothing.
///
/// Source: the curve is that of TCP CUBIC (RFC 9438), with requests in place of segments.
struct AdaptiveRate: Sendable {
    /// The base rate as a part of the known limit.
    static let limitShare = 0.99
    /// The shortest plateau below a confirmed limit. The plateau also takes at least 25 times the pause of a refusal, and
    /// the time of 150 requests.
    static let confirmedPlateau: Duration = .seconds(34)
    /// The shortest plateau below a limit that a second refusal has not confirmed.
    static let unconfirmedPlateau: Duration = .seconds(4)
    /// The factor of the cubic term: beyond a confirmed limit the rate rises by 1.2 % in 5 s and by 96 % in 20 s; it rises
    /// faster while the limit is not confirmed.
    private static let steepness = (confirmed: 0.00012, unconfirmed: 0.0005, recovering: 0.005)
    /// How many seconds of the rate may leave at once after a late wake-up; at least two requests may, because a probe of
    /// key enforcement takes two.
    private static let burstSeconds = 0.1
    /// The lowest rates in requests per second: after repeated refusals, after the first one, and after a 503.
    private static let rateMin = (limited: 0.1, unknown: 1.0, unavailable: 1.0)
    /// A rate that only 503 answers have lowered is forgotten after this time without another 503.
    private static let recoveryTime: Duration = .seconds(60)

    /// The rate as a function of time, and the token bucket that it fills.
    private struct Curve {
        /// The rate on the plateau, in requests per second.
        var base: Double
        /// The latest known limit in requests per second; nil when only 503 answers have lowered the rate.
        var limit: Double?
        var plateau: Duration
        var steepness: Double
        /// Whether the latest refusals agree on the limit.
        var isConfirmed = false
        /// The time since the latest refusal in which this rate was what held requests back.
        var timeInUse: Duration = .zero
        var tokens = 1.0
        /// The time up to which `timeInUse` and `tokens` are counted.
        var updated: Duration
        /// Whether the rate rises again after a 503.
        var isRecovering = false

        var rate: Double {
            let beyond = max(0, (timeInUse - plateau).seconds)
            return base * (1 + steepness * beyond * beyond * beyond)
        }
        var tokensMax: Double { max(2, 1 + AdaptiveRate.burstSeconds * rate) }
        func tokens(at now: Duration) -> Double { min(tokensMax, tokens + rate * max(0, (now - updated).seconds)) }
    }

    /// Nil while nothing has been refused.
    private var curve: Curve?
    private var accepted = RecentCount()
    /// When the first request left.
    private var firstRequest: Duration?
    /// How many requests were accepted since the latest refusal.
    private var acceptedSince = 0
    /// When a 503 last lowered the rate.
    private var slowedAt: Duration?
    /// A learned rate above this one is forgotten, because the other limits are lower.
    private let rateMax: Double

    /// - Parameters:
    ///   - learned: the limit that a previous worker has learned, in requests per second.
    ///   - rateMax: the mean rate that the configured limits allow, in requests per second.
    init(learned: Double?, rateMax: Double, now: Duration) {
        self.rateMax = 2 * rateMax
        guard let learned, learned.isFinite, learned >= Self.rateMin.limited, learned < self.rateMax else { return }
        curve = Curve(
            base: learned * Self.limitShare, limit: learned, plateau: Self.unconfirmedPlateau,
            steepness: Self.steepness.unconfirmed, updated: now)
    }

    /// The present rate in requests per second; nil while nothing has been refused.
    var rate: Double? { curve?.rate }
    /// The limit that the latest refusals have shown, in requests per second.
    var limit: Double? { curve?.limit }

    /// How many requests may leave now, at most `bound`.
    func free(at now: Duration, atMost bound: Int) -> Int {
        guard let curve else { return bound }
        return max(0, min(bound, Int(curve.tokens(at: now))))
    }

    /// When the next request may leave; nil when one may leave now.
    func nextFree(after now: Duration) -> Duration? {
        guard let curve, curve.tokens(at: now) < 1 else { return nil }
        // Rounded up, because the worker would otherwise wake up a moment too early.
        return curve.updated + .seconds((1 - curve.tokens) / curve.rate) + .microseconds(1)
    }

    /// Counts requests that leave.
    mutating func note(_ count: Int, at now: Duration) {
        assert(count >= 0, "requests are counted from 0")
        firstRequest = firstRequest ?? now
        advance(to: now)
        curve?.tokens -= Double(count)
    }

    /// Counts a request that the server has accepted.
    mutating func noteAccepted(at now: Duration) {
        accepted.note(at: now)
        acceptedSince += 1
    }

    // MARK: Lowering the rate

    /// Learns from a 429 that pauses everything until `end`.
    mutating func noteLimited(until end: Duration, at now: Duration) {
        advance(to: now)
        // Without an accepted request since the latest refusal, this one tells how long to wait and nothing about a rate.
        guard acceptedSince > 0 else { return suspend(until: end) }
        let pause = end - now
        var next = curve ?? Curve(base: 0, limit: nil, plateau: .zero, steepness: 0, updated: end)
        if let curve, curve.limit != nil, curve.timeInUse < curve.plateau {
            lower(&next, at: now)
        } else if let curve, let limit = curve.limit {
            let found = min(curve.rate, mean(over: min(RecentCount.span, curve.timeInUse), at: now))
            next.isConfirmed = abs(found / limit - 1) < 0.1
            next.limit = max(Self.rateMin.limited, found)
            next.base = found * Self.limitShare
        } else {
            // The server accepts the counted requests in the time that they and the pause take together.
            let span = observedSpan(at: now)
            let found = max(
                Self.rateMin.unknown, Double(accepted.count(last: span, at: now)) / (span + pause).seconds)
            next.limit = found
            next.base = found * Self.limitShare
        }
        next.base = max(Self.rateMin.limited, next.base)
        next.plateau =
            next.isConfirmed
            ? max(Self.confirmedPlateau, pause * 25, .seconds(150 / next.base))
            : max(Self.unconfirmedPlateau, pause * 3)
        next.steepness = next.isConfirmed ? Self.steepness.confirmed : Self.steepness.unconfirmed
        next.isRecovering = false
        curve = next
        acceptedSince = 0
        suspend(until: end)
    }

    /// Lets the curve begin anew at the end of a pause, with one token.
    private mutating func suspend(until end: Duration) {
        curve?.timeInUse = .zero
        curve?.tokens = 1
        curve?.updated = end
    }

    /// Lowers a rate that was refused on its plateau: the limit has fallen, or the rate is too close to it.
    private mutating func lower(_ next: inout Curve, at now: Duration) {
        let found = mean(over: RecentCount.span, at: now) * Self.limitShare
        let isSoon = next.timeInUse < .seconds(15)
        let base = next.base
        if next.timeInUse < .seconds(5) {
            next.base = base * 0.8
        } else {
            next.base = isSoon ? max(base * 0.7, min(base * 0.97, found)) : base * 0.97
        }
        assert(next.base <= base, "a refusal never raises the rate")
        next.isConfirmed = next.isConfirmed && next.timeInUse >= RecentCount.span
        next.limit = max(Self.rateMin.limited, next.base / Self.limitShare)
    }

    /// Lowers the rate after a 503, at most once a second. It rises again fast, because a 503 shows no limit.
    mutating func noteUnavailable(at now: Duration) {
        advance(to: now)
        if let slowedAt, now - slowedAt < .seconds(1) { return }
        slowedAt = now
        let rate = curve?.rate ?? mean(over: observedSpan(at: now), at: now)
        curve = Curve(
            base: max(Self.rateMin.unavailable, rate * 0.7), limit: curve?.limit, plateau: .zero,
            steepness: Self.steepness.recovering, isConfirmed: curve?.isConfirmed ?? false,
            tokens: min(1, curve?.tokens(at: now) ?? 1), updated: max(now, curve?.updated ?? now), isRecovering: true)
    }

    /// The time over which accepted requests are counted: since the first request, but at least half a second, because a
    /// few requests right after a start do not show a low rate.
    private func observedSpan(at now: Duration) -> Duration {
        max(.milliseconds(500), min(RecentCount.span, now - (firstRequest ?? now)))
    }

    private mutating func mean(over span: Duration, at now: Duration) -> Double {
        accepted.rate(last: span, at: now)
    }

    // MARK: Raising the rate

    private mutating func advance(to now: Duration) {
        guard var next = curve, now > next.updated else { return }
        let tokens = next.tokens(at: now)
        if next.tokens < max(1, next.tokensMax / 2) { next.timeInUse += min(now - next.updated, .seconds(1)) }
        next.tokens = tokens
        next.updated = now
        curve = next
        if next.isRecovering { recover(next, at: now) }
        if let rate, rate > rateMax { curve = nil }
    }

    /// Ends the recovery after 503 answers: the rate returns to the known limit, or is forgotten when there is none.
    private mutating func recover(_ next: Curve, at now: Duration) {
        guard let limit = next.limit else {
            if let slowedAt, now - slowedAt >= Self.recoveryTime { curve = nil }
            return
        }
        guard next.rate >= limit * Self.limitShare else { return }
        curve = Curve(
            base: limit * Self.limitShare, limit: limit,
            plateau: next.isConfirmed ? Self.confirmedPlateau : Self.unconfirmedPlateau,
            steepness: next.isConfirmed ? Self.steepness.confirmed : Self.steepness.unconfirmed,
            isConfirmed: next.isConfirmed, tokens: next.tokens, updated: now)
    }
}
