/// Holds back the fresh requests of a journey whose requests fail in a row.
///
/// Such a journey gets fresh requests at the pace of the backoff only, so that an outage neither freezes the backlog
/// nor, where nothing may be sent again, puts it in doubt.
struct CircuitBreaker: Sendable {
    /// So many failures in a row open the breaker of a journey.
    static let failuresMax = 3

    private struct Failures {
        var count = 0
        var nextClaim: Duration = .zero
    }

    /// Failures of all journeys together since the last answer of another kind.
    private(set) var failuresInARow = 0
    private(set) var lastSuccess: Duration?
    private var failures: [String: Failures] = [:]

    mutating func note(_ outcome: RequestOutcome, in journey: String, backoff: Backoff, at now: Duration) {
        switch outcome {
        case .succeeded:
            failuresInARow = 0
            lastSuccess = now
            failures[journey] = nil
        case .failed:
            failuresInARow += 1
            var failed = failures[journey] ?? Failures()
            failed.count += 1
            let beyond = failed.count - Self.failuresMax
            if beyond >= 0 { failed.nextClaim = now + backoff.ceiling(afterTry: beyond + 1) }
            failures[journey] = failed
        case .neutral: failuresInARow = 0
        }
    }

    /// Whether the journey's requests have failed so often that it may hold only a few batches.
    func isOpen(_ journey: String) -> Bool { (failures[journey]?.count ?? 0) >= Self.failuresMax }

    func mayClaim(_ journey: String, at now: Duration) -> Bool { nextClaim(journey) <= now }

    /// From when on the journey may have a fresh request.
    func nextClaim(_ journey: String) -> Duration { failures[journey]?.nextClaim ?? .zero }

    /// When the breaker next lets a fresh request of some journey out.
    func nextClaim(after now: Duration) -> Duration? {
        failures.values.map(\.nextClaim).filter { $0 > now }.min()
    }
}

/// What an answer says about whether requests get through.
enum RequestOutcome {
    case succeeded
    case failed
    case neutral

    init(of verdict: Verdict) {
        switch verdict.finding {
        case .judged(let results): self = results.contains { $0 != .unproven } ? .succeeded : .failed
        case .unknown, .notSent, .refusedByEdge: self = .failed
        default: self = .neutral
        }
    }
}
