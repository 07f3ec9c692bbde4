@testable import Delivery

/// The rate limit of a server, in the forms that are in use.
enum Limiter {
    /// At most a number of requests in any span; refused requests count too if `countsRefused`.
    case sliding(limit: Int, span: Duration, arrivals: [Duration], countsRefused: Bool)
    /// `limit_req` of nginx: a bucket that leaks at the rate and holds the burst.
    case leaky(rate: Double, burst: Double, level: Double, at: Duration)

    static func sliding(_ perSecond: Int, over span: Duration = .seconds(10), countsRefused: Bool = true) -> Limiter {
        .sliding(limit: Int(Double(perSecond) * span.seconds), span: span, arrivals: [], countsRefused: countsRefused)
    }

    static func leaky(_ perSecond: Int, burst: Int) -> Limiter {
        .leaky(rate: Double(perSecond), burst: Double(burst), level: 0, at: .zero)
    }

    mutating func change(to perSecond: Int) {
        switch self {
        case .sliding(_, let span, let arrivals, let countsRefused):
            let limit = Int(Double(perSecond) * span.seconds)
            self = .sliding(limit: limit, span: span, arrivals: arrivals, countsRefused: countsRefused)
        case .leaky(_, let burst, let level, let at):
            self = .leaky(rate: Double(perSecond), burst: burst, level: level, at: at)
        }
    }

    /// Whether a request that arrives now is accepted.
    mutating func takes(at now: Duration) -> Bool {
        switch self {
        case .sliding(let limit, let span, var arrivals, let countsRefused):
            arrivals.removeFirst(arrivals.prefix { $0 <= now - span }.count)
            let isTaken = arrivals.count < limit
            if isTaken || countsRefused { arrivals.append(now) }
            self = .sliding(limit: limit, span: span, arrivals: arrivals, countsRefused: countsRefused)
            return isTaken
        case .leaky(let rate, let burst, let level, let at):
            let filled = max(0, level - (now - at).seconds * rate + 1)
            guard filled <= burst + 1 else { return false }
            self = .leaky(rate: rate, burst: burst, level: filled, at: now)
            return true
        }
    }
}
