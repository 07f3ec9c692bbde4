@testable import Delivery

/// A run of the rate limiter against a server's limit, with more to send than may leave. The clock advances from event to
/// event.
struct PacedRun {
    struct Sent {
        var at: Duration
        var isAccepted: Bool
    }

    var rateLimiter: RateLimiter
    var limiter: Limiter
    /// The `Retry-After` of a 429.
    var retryAfter: Duration?
    private(set) var now: Duration = .seconds(100)
    private(set) var sent: [Sent] = []
    private var random: SplitMix64
    private var arrivals: [(at: Duration, begunAt: Duration)] = []
    private var answers: [(at: Duration, begunAt: Duration, isAccepted: Bool)] = []
    private var pausedUntil: Duration = .zero
    private let start: Duration = .seconds(100)
    private static let flightsMax = 16

    init(_ limiter: Limiter, retryAfter: Duration?, rate: [RateLimit] = [], learned: Double? = nil, seed: UInt64 = 1) {
        self.limiter = limiter
        self.retryAfter = retryAfter
        random = SplitMix64(seed: seed)
        rateLimiter = RateLimiter(limits: rate, learnedLimit: learned, now: start)
    }

    mutating func run(for duration: Duration) {
        let end = now + duration
        while now < end {
            answer()
            depart()
            let next = [arrivals.first?.at, answers.first?.at, pausedUntil > now ? pausedUntil : nextDeparture()]
            let upcoming = next.compactMap { $0 }.min() ?? end
            now = min(end, max(upcoming, now + .microseconds(100)))
            arrive()
        }
    }

    private func nextDeparture() -> Duration? {
        guard arrivals.count + answers.count < Self.flightsMax else { return nil }
        // The loop of a worker wakes up a little late.
        return rateLimiter.nextFree(after: now, atMost: .max).map { $0 + .milliseconds(1) }
    }

    private mutating func depart() {
        guard now >= pausedUntil else { return }
        let count = rateLimiter.free(at: now, atMost: Self.flightsMax - arrivals.count - answers.count)
        for _ in 0..<count { arrivals.append((now + way(), now)) }
        arrivals.sort { $0.at < $1.at }
        rateLimiter.note(count, at: now)
    }

    private mutating func arrive() {
        while let first = arrivals.first, first.at <= now {
            arrivals.removeFirst()
            let isAccepted = limiter.takes(at: first.at)
            sent.append(Sent(at: first.at, isAccepted: isAccepted))
            answers.append((first.at + way(), first.begunAt, isAccepted))
        }
        answers.sort { $0.at < $1.at }
    }

    private mutating func answer() {
        while let first = answers.first, first.at <= now {
            answers.removeFirst()
            let response = Answer.response(Response(status: first.isAccepted ? 200 : 429))
            rateLimiter.note(response, begunAt: first.begunAt, inFlight: 0, at: now)
            if first.isAccepted {
                rateLimiter.notePassed(begunAt: first.begunAt)
            } else {
                let jitter = Duration.milliseconds(Int64.random(in: 0...500, using: &random))
                pausedUntil = max(
                    pausedUntil,
                    now + rateLimiter.limited(retryAfter: retryAfter, begunAt: first.begunAt, jitter: jitter, at: now))
            }
        }
    }

    /// Half of the time of a round trip.
    private mutating func way() -> Duration { .microseconds(Int64.random(in: 20_000...35_000, using: &random)) }

    // MARK: Results

    /// The accepted requests per second in the last seconds.
    func accepted(last span: Duration) -> Double {
        Double(sent.reversed().prefix { $0.at > now - span }.count(where: \.isAccepted)) / span.seconds
    }

    /// The part of the requests of the last seconds that was refused.
    func refused(last span: Duration) -> Double {
        let recent = sent.reversed().prefix { $0.at > now - span }
        return Double(recent.count { !$0.isAccepted }) / Double(max(1, recent.count))
    }
}
