import Delivery
import GRDB

/// Counts what is left of a drain's goal.
struct RemainingQuery {
    let db: Database
    let goal: DrainGoal
    let journeys: Set<String>

    func count() throws -> Remaining {
        var open: [String: Int] = [:]
        var unknown = 0
        for sql in Self.openQueries {
            let rows = try Row.fetchCursor(
                db.cachedStatement(sql: sql), arguments: ["last": goal.lastID, "due": goal.dueBy.milliseconds])
            while let row = try rows.next() {
                let journey: String = row[0]
                let count: Int = row[1]
                let isBatch: Bool = row[2]
                if journeys.contains(journey) || isBatch {
                    open[journey, default: 0] += count
                } else {
                    unknown += count
                }
            }
        }
        let inDoubt =
            try Int.fetchOne(
                db,
                sql: "SELECT coalesce(sum(size), 0) FROM outbox_batch WHERE state = 'in_doubt' AND state <> 'settled'")
            ?? 0
        return Remaining(
            open: open.values.reduce(0, +), openByJourney: open, inDoubt: inDoubt, unknownJourney: unknown)
    }

    /// A frozen batch is open whether or not its journey is still configured.
    private static let openQueries = [
        """
        SELECT journey, count(*), 0 FROM outbox
        WHERE scheduled_at IS NULL AND id <= :last AND :due IS NOT NULL GROUP BY journey
        """,
        "SELECT journey, count(*), 0 FROM outbox WHERE scheduled_at <= :due AND id <= :last GROUP BY journey",
        "SELECT journey, count(*), 0 FROM outbox_waiting WHERE id <= :last AND :due IS NOT NULL GROUP BY journey",
        """
        SELECT journey, coalesce(sum(size), 0), 1 FROM outbox_batch
        WHERE state = 'sending' AND state <> 'settled' AND first_id <= :last AND :due IS NOT NULL GROUP BY journey
        """,
    ]
}
