import Delivery
import GRDB
import Operation

/// Counts a journey's intents place by place, each along an index and within a budget.
///
/// Counting all rows would take seconds at ten million. Beyond the budget a number is an estimate and is marked as one.
struct BacklogCount {
    /// Numbers up to this are exact as long as the budget is not used up.
    static let exactMax = 100_000
    /// After this number of index entries in one report, every further number is exact only up to `frugalMax`.
    static let entriesMax = 300_000
    static let frugalMax = 1_000
    /// The same after this time, which a slow or busy disk can take.
    static let timeMax: Duration = .milliseconds(25)
    /// Rows of open batches read for one number, at most. No index contains their sizes.
    static let batchesMax = 2_000

    let db: Database
    let now: WallTime
    private var entriesLeft = BacklogCount.entriesMax
    private let start = ContinuousClock.now
    private var samples: [String: TableSample] = [:]

    init(db: Database, now: WallTime) {
        self.db = db
        self.now = now
    }

    /// The number of a journey's intents in a place.
    mutating func count(_ journey: JourneyName, in place: IntentPlace) throws -> (count: Int, isEstimated: Bool) {
        if place.isBatch { return try countMembers(journey, in: place) }
        let isLate = ContinuousClock.now - start > Self.timeMax
        let most = isLate ? Self.frugalMax : min(Self.exactMax, max(Self.frugalMax, entriesLeft))
        let count = try entries(journey, in: place, most: most + 1)
        entriesLeft -= count
        if count <= most { return (count, false) }
        return (max(count, try sample(of: place.table).count(journey, in: place)), true)
    }

    /// The index entries of a journey in a place, counted up to `most`.
    private func entries(_ journey: JourneyName, in place: IntentPlace, most: Int) throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*) FROM (
                      SELECT 1 FROM \(place.table) WHERE journey = CAST(? AS TEXT) AND \(place.condition(at: now)) LIMIT ?)
                    """),
            arguments: [journey, most]) ?? 0
    }

    private mutating func countMembers(
        _ journey: JourneyName, in place: IntentPlace
    ) throws -> (count: Int, isEstimated: Bool) {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT count(*), coalesce(sum(size), 0) FROM (
                      SELECT size FROM outbox_batch WHERE journey = CAST(? AS TEXT) AND \(place.condition(at: now)) LIMIT ?)
                    """),
            arguments: [journey, Self.batchesMax])
        guard let batches: Int = row?[0], let members: Int = row?[1] else { return (0, false) }
        if batches < Self.batchesMax { return (members, false) }
        let all = try entries(journey, in: place, most: Self.exactMax)
        entriesLeft -= all
        return (members * all / batches, true)
    }

    private mutating func sample(of table: String) throws -> TableSample {
        if let sample = samples[table] { return sample }
        let sample = try TableSample(db: db, table: table, now: now)
        samples[table] = sample
        return sample
    }
}
