import Foundation

/// The rate that refusals have taught: additive up, multiplicative down, and nothing at all before the first refusal.
///
/// A refusal says that the limit is about what was accepted just before. The rate goes a little below and stays there,
/// then creeps up along a cubic curve: slowly past the old limit, so that meeting it again costs one request, and fast
/// beyond it, so that a raised limit is found within a minute. How long it stays is a matter of what a refusal costs:
/// the pause that it brings is to be a small part of the time. Only time in which the rate is what holds requests back
/// counts, so that a quiet night teaches nothing.
///
/// The curve is that of TCP CUBIC (RFC 9438), with requests for segments.
struct AdaptiveRate: Sendable {
    /// What a known limit is undercut by.
    static let cut = 0.99
    /// How long a known limit is kept to before it is tried again: 34 s, but at least 25 times the pause that a
    /// refusal costs, and 150 requests.
    static let hold: Duration = .seconds(34)
    /// How fast the curve rises: by 1.2 % in 5 s and by 96 % in 20 s beyond a known limit, faster towards one unknown.
    private static let steepness = (known: 0.00012, unknown: 0.0005, recovering: 0.005)
    /// What may leave at once after a late look, in seconds of the rate; at least two requests, which is what finding
    /// out about idempotency keys takes.
    private static let slack = 0.1
    /// No rate is lower, whatever is refused.
    private static let floor = (limited: 0.1, unknown: 1.0, unavailable: 1.0)
    /// After so long without another 503 a rate that only 503s had lowered is forgotten.
    private static let recovery: Duration = .seconds(60)

    private struct Course {
        /// In requests per second.
        var base: Double
        /// The latest known limit; nil when only 503s have lowered the rate.
        var limit: Double?
        var hold: Duration
        var steepness: Double
        /// Whether the latest refusals agreed on the limit.
        var isKnown = false
        /// Time without a refusal in which the rate was in use.
        var calm: Duration = .zero
        var tokens = 1.0
        var updated: Duration
        var isRecovering = false

        var rate: Double {
            let beyond = max(0, (calm - hold).seconds)
            return base * (1 + steepness * beyond * beyond * beyond)
        }
        var tokensMax: Double { max(2, 1 + AdaptiveRate.slack * rate) }
        func tokens(at now: Duration) -> Double { min(tokensMax, tokens + rate * max(0, (now - updated).seconds)) }
    }

    private var course: Course?
    private var accepted = RecentCount()
    private var firstNote: Duration?
    /// Requests taken since the latest refusal.
    private var acceptedSince = 0
    private var slowedAt: Duration?
    /// No learned rate beyond this is kept: other limits hold first.
    private let rateMax: Double

    /// - Parameters:
    ///   - learned: the limit that an earlier worker had found, in requests per second.
    ///   - rateMax: what other limits let pass in the long run, in requests per second.
    init(learned: Double?, rateMax: Double, now: Duration) {
        self.rateMax = 2 * rateMax
        guard let learned, learned.isFinite, learned >= Self.floor.limited, learned < self.rateMax else { return }
        course = Course(
            base: learned * Self.cut, limit: learned, hold: .seconds(4), steepness: Self.steepness.unknown, updated: now
        )
    }

    /// The rate in force, in requests per second; nil when nothing has been refused.
    var rate: Double? { course?.rate }
    /// The limit as the latest refusals have it, in requests per second.
    var limit: Double? { course?.limit }

    func free(at now: Duration, atMost bound: Int) -> Int {
        guard let course else { return bound }
        return max(0, min(bound, Int(course.tokens(at: now))))
    }

    /// When the next request may leave; nil when one may leave now.
    func nextFree(after now: Duration) -> Duration? {
        guard let course, course.tokens(at: now) < 1 else { return nil }
        // Rounded up, or the look would come a moment too early.
        return course.updated + .seconds((1 - course.tokens) / course.rate) + .microseconds(1)
    }

    mutating func note(_ count: Int, at now: Duration) {
        firstNote = firstNote ?? now
        advance(to: now)
        course?.tokens -= Double(count)
    }

    mutating func noteAccepted(at now: Duration) {
        accepted.note(at: now)
        acceptedSince += 1
    }

    // MARK: Down

    /// Learns from a refusal that holds everything back until then.
    mutating func noteLimited(until end: Duration, at now: Duration) {
        advance(to: now)
        // Nothing was taken since the last refusal: this one says to wait, and nothing about a rate.
        guard acceptedSince > 0 else { return hold(until: end) }
        let pause = end - now
        var next = course ?? Course(base: 0, limit: nil, hold: .zero, steepness: 0, updated: end)
        if let course, course.limit != nil, course.calm < course.hold {
            lower(&next, at: now)
        } else if let course, let limit = course.limit {
            let found = min(course.rate, mean(over: min(RecentCount.span, course.calm), at: now))
            next.isKnown = abs(found / limit - 1) < 0.1
            next.limit = max(Self.floor.limited, found)
            next.base = found * Self.cut
        } else {
            // As many as were taken, in the time that they and the pause took, is what the server seems to want.
            let span = observedSpan(at: now)
            let found = max(
                Self.floor.unknown, Double(accepted.count(last: span, at: now)) / (span + pause).seconds)
            next.limit = found
            next.base = found * Self.cut
        }
        next.base = max(Self.floor.limited, next.base)
        next.hold =
            next.isKnown
            ? max(Self.hold, pause * 25, .seconds(150 / next.base)) : max(.seconds(4), pause * 3)
        next.steepness = next.isKnown ? Self.steepness.known : Self.steepness.unknown
        next.isRecovering = false
        course = next
        acceptedSince = 0
        hold(until: end)
    }

    private mutating func hold(until end: Duration) {
        course?.calm = .zero
        course?.tokens = 1
        course?.updated = end
    }

    /// Refused at a rate that was thought safe: the limit is lower than it was, or was met a little too closely.
    private mutating func lower(_ next: inout Course, at now: Duration) {
        let found = mean(over: RecentCount.span, at: now) * Self.cut
        let isSoon = next.calm < .seconds(15)
        let base = next.base
        if next.calm < .seconds(5) {
            next.base = base * 0.8
        } else {
            next.base = isSoon ? max(base * 0.7, min(base * 0.97, found)) : base * 0.97
        }
        next.isKnown = next.isKnown && next.calm >= RecentCount.span
        next.limit = max(Self.floor.limited, next.base / Self.cut)
    }

    /// Slows down after a 503, at most once a second, and comes back fast: a 503 tells of no limit.
    mutating func noteUnavailable(at now: Duration) {
        advance(to: now)
        if let slowedAt, now - slowedAt < .seconds(1) { return }
        slowedAt = now
        let rate = course?.rate ?? mean(over: observedSpan(at: now), at: now)
        course = Course(
            base: max(Self.floor.unavailable, rate * 0.7), limit: course?.limit, hold: .zero,
            steepness: Self.steepness.recovering, isKnown: course?.isKnown ?? false,
            tokens: min(1, course?.tokens(at: now) ?? 1), updated: max(now, course?.updated ?? now), isRecovering: true)
    }

    /// As long as anything has been sent: a handful of requests right after a start is no slow pace.
    private func observedSpan(at now: Duration) -> Duration {
        max(.milliseconds(500), min(RecentCount.span, now - (firstNote ?? now)))
    }

    private mutating func mean(over span: Duration, at now: Duration) -> Double {
        accepted.rate(last: span, at: now)
    }

    // MARK: Up

    private mutating func advance(to now: Duration) {
        guard var next = course, now > next.updated else { return }
        let tokens = next.tokens(at: now)
        if next.tokens < max(1, next.tokensMax / 2) { next.calm += min(now - next.updated, .seconds(1)) }
        next.tokens = tokens
        next.updated = now
        course = next
        if next.isRecovering { recover(next, at: now) }
        if let rate, rate > rateMax { course = nil }
    }

    /// After 503s: back to the known limit, or to no rate at all.
    private mutating func recover(_ next: Course, at now: Duration) {
        guard let limit = next.limit else {
            if let slowedAt, now - slowedAt >= Self.recovery { course = nil }
            return
        }
        guard next.rate >= limit * Self.cut else { return }
        course = Course(
            base: limit * Self.cut, limit: limit, hold: next.isKnown ? Self.hold : .seconds(4),
            steepness: next.isKnown ? Self.steepness.known : Self.steepness.unknown, isKnown: next.isKnown,
            tokens: next.tokens, updated: now)
    }
}
