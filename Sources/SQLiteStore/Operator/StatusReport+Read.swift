import Delivery
import GRDB
import Operation

extension StatusReport {
    /// Reads the report in one transaction. Journeys are found by index seeks, and counting is bounded.
    package init(_ connection: OperatorConnection, at now: WallTime) throws {
        self = try connection.read { db in try Self(db, path: connection.path, at: now) }
    }

    private init(_ db: Database, path: String, at now: WallTime) throws {
        let standings = try Self.count(db, at: now)
        var total = StateCounts()
        for counts in standings.values { total.add(counts) }
        self.init(
            journeys: standings.sorted { $0.key < $1.key }.map { JourneyCounts(journey: $0.key, counts: $0.value) },
            total: total, pauses: try PauseTable(db: db).all(), worker: try WorkerRecord.read(db),
            enforcement: try MetaTable(db: db).text(.enforcement).flatMap(Enforcement.init(rawValue:)) ?? .unproven,
            oldestDue: try OldestDue(db: db, now: now).find(),
            deliveredPerSecond: try DeliveryRate(db: db, now: now).perSecond(),
            database: try DatabaseFacts(db, path: path))
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
