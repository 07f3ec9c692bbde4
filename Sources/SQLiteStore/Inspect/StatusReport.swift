import Delivery
import GRDB

/// Everything `status` tells about the database, read in one short transaction.
///
/// Answers within 50 ms whatever the backlog: journeys are found by index seeks, and counting is bounded.
public struct StatusReport: Sendable {
    public struct JourneyStanding: Sendable {
        public let journey: JourneyName
        public let counts: StateCounts
        public var name: String { journey.text }
    }

    /// The journeys that have or had intents, by name.
    public let journeys: [JourneyStanding]
    public let total: StateCounts
    public let pauses: [Pause]
    /// The latest worker's own record; whether it still runs is for `WorkerLock` to say.
    public let worker: WorkerRecord?
    public let enforcement: Enforcement
    /// Since when the intent that has waited longest could have been delivered; nil when nothing is due.
    public let oldestDue: WallTime?
    /// Intents delivered per second, lately.
    public let deliveredPerSecond: Double
    public let database: DatabaseFacts

    public init(_ connection: OperatorConnection, at now: WallTime) throws {
        self = try connection.read { db in try Self(db, path: connection.path, at: now) }
    }

    private init(_ db: Database, path: String, at now: WallTime) throws {
        let standings = try Self.count(db, at: now)
        var total = StateCounts()
        for counts in standings.values { total.add(counts) }
        journeys = standings.sorted { $0.key < $1.key }.map { JourneyStanding(journey: $0.key, counts: $0.value) }
        self.total = total
        pauses = try PauseTable(db: db).all()
        worker = try WorkerRecord.read(db)
        enforcement = try MetaTable(db: db).text(.enforcement).flatMap(Enforcement.init(rawValue:)) ?? .unproven
        oldestDue = try OldestDue(db: db, now: now).find()
        deliveredPerSecond = try DeliveryRate(db: db, now: now).perSecond()
        database = try DatabaseFacts(db, path: path)
    }

    private static func count(_ db: Database, at now: WallTime) throws -> [JourneyName: StateCounts] {
        var standings: [JourneyName: StateCounts] = [:]
        var backlog = BacklogCount(db: db, now: now)
        for place in try IntentPlace.indexed(in: db) {
            for journey in try JourneyNames(db: db).names(in: place) {
                let (count, isEstimated) = try backlog.count(journey, in: place)
                var counts = standings[journey] ?? StateCounts()
                counts[place.state] += count
                if isEstimated { counts.estimated.insert(place.state) }
                standings[journey] = counts
            }
        }
        let delivered = try Row.fetchCursor(db, sql: "SELECT CAST(journey AS BLOB), delivered FROM outbox_journey")
        while let row = try delivered.next() {
            standings[row[0], default: StateCounts()][.delivered] = row[1]
        }
        return standings
    }
}
