/// How the API has answered lately: in all, and journey by journey.
///
/// It is the breaker: a journey whose requests fail in a row gets fresh ones at the pace of the backoff only, so that an
/// outage neither freezes the backlog nor, where nothing may be sent again, puts it in doubt.
struct CircuitBreaker: Sendable {
    /// What an answer says about whether requests get through.
    enum Sign {
        case works
        case fails
        case neither
    }

    /// So many failures in a row are no accident.
    static let breakAfter = 3
    /// So many rows refused one by one, all alike and with no success between them, are a wrong setting.
    static let refusedAlikeMax = 8

    private struct Record {
        var failures = 0
        var nextClaim: Duration = .zero
        /// Rows refused alone since the last success, by what they were refused for; at most `refusedAlikeMax` each.
        var refused: [String: Set<Int64>] = [:]
    }

    private(set) var failuresInARow = 0
    private(set) var lastSuccess: Duration?
    private var records: [String: Record] = [:]
    /// Batches that an edge has refused, and since when.
    private var edgeRefusals: [Int64: Duration] = [:]

    mutating func note(_ sign: Sign, in journey: String, backoff: Backoff, at now: Duration) {
        switch sign {
        case .works:
            failuresInARow = 0
            lastSuccess = now
            records[journey] = nil
        case .fails:
            failuresInARow += 1
            var record = records[journey] ?? Record()
            record.failures += 1
            let breaks = record.failures - Self.breakAfter
            if breaks >= 0 { record.nextClaim = now + backoff.ceiling(afterTry: breaks + 1) }
            records[journey] = record
        case .neither: failuresInARow = 0
        }
    }

    /// Whether the journey's requests have failed so often that it holds only a few.
    func isFailing(_ journey: String) -> Bool { (records[journey]?.failures ?? 0) >= Self.breakAfter }

    func mayClaim(_ journey: String, at now: Duration) -> Bool { (records[journey]?.nextClaim ?? .zero) <= now }

    /// When the breaker next lets a request of some journey out.
    func nextClaim(after now: Duration) -> Duration? {
        records.values.map(\.nextClaim).filter { $0 > now }.min()
    }

    /// Counts a row refused alone; how many have been, for the same reason and without a success between.
    mutating func noteRefused(_ intent: Int64, for code: String, in journey: String) -> Int {
        var rows = records[journey, default: Record()].refused[code] ?? []
        if rows.count < Self.refusedAlikeMax { rows.insert(intent) }
        records[journey, default: Record()].refused[code] = rows
        return rows.count
    }

    // MARK: What edges refuse

    /// Whether others have got through since an edge first refused this batch, or the one it was split from.
    mutating func othersSucceedSinceEdgeRefused(_ batch: Int64, at now: Duration) -> Bool {
        guard let since = edgeRefusals[batch] else {
            edgeRefusals[batch] = now
            return false
        }
        return lastSuccess.map { $0 > since } ?? false
    }

    mutating func inheritEdgeRefusal(_ batch: Int64, from parent: Int64) {
        edgeRefusals[batch] = edgeRefusals[parent]
    }

    mutating func keepEdgeRefusals(of batches: (Int64) -> Bool) {
        edgeRefusals = edgeRefusals.filter { batches($0.key) }
    }
}
