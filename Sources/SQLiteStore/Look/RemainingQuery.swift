import Delivery
import GRDB

/// Counts what is left of a drain's goal.
struct RemainingQuery {
    let db: Database
    let goal: DrainGoal
    let journeys: Set<JourneyName>

    func count() throws -> Remaining {
        var open: [String: Int] = [:]
        var unknown = 0
        for sql in Self.openQueries {
            let rows = try Row.fetchCursor(
                db.cachedStatement(sql: sql), arguments: ["last": goal.lastID, "due": goal.dueBy.milliseconds])
            while let row = try rows.next() {
                let name: JourneyName = row[0]
                let journey = name.text
                let count: Int = row[1]
                let isBatch: Bool = row[2]
                if journeys.contains(name) || isBatch {
                    open[journey, default: 0] += count
                } else {
                    unknown += count
                }
            }
        }
        var heldBack = 0
        let behind = try Row.fetchCursor(
            db.cachedStatement(sql: Self.behindSQL), arguments: ["last": goal.lastID, "due": goal.dueBy.milliseconds])
        while let row = try behind.next() {
            let (name, forLater, forOperator): (JourneyName, Int, Int) = (row[0], row[1], row[2])
            let journey = name.text
            if journeys.contains(name) {
                let rest = (open[journey] ?? 0) - forLater - forOperator
                assert(rest >= 0, "an intent that is held back counts as open")
                open[journey] = rest == 0 ? nil : rest
                heldBack += forOperator
            } else {
                unknown -= forLater
                assert(unknown >= 0, "an intent that is held back counts as open")
            }
        }
        let inDoubt =
            try Int.fetchOne(
                db,
                sql: "SELECT coalesce(sum(size), 0) FROM outbox_batch WHERE state = 'in_doubt' AND state <> 'settled'")
            ?? 0
        return Remaining(
            open: open.values.reduce(0, +), openByJourney: open, inDoubt: inDoubt, unknownJourney: unknown,
            heldBack: heldBack)
    }

    /// Blocked intents that cannot travel within the drain: their lane is held by an intent that is scheduled for
    /// later, or by one that is dead or in doubt and needs an operator.
    private static let behindSQL = """
        SELECT CAST(journey AS BLOB), count(CASE holder WHEN 'later' THEN 1 END), count(CASE holder WHEN 'operator' THEN 1 END) FROM (
          SELECT waiting.journey AS journey, CASE
              WHEN EXISTS (SELECT 1 FROM outbox WHERE id = lane.open_id AND scheduled_at > :due) THEN 'later'
              WHEN lane.is_dead OR lane.open_id IN (
                SELECT \(MemberColumn.id.sql) FROM outbox_batch AS batch, json_each(batch.members) AS member
                WHERE batch.state = 'in_doubt' AND batch.state <> 'settled') THEN 'operator'
            END AS holder
          FROM outbox_waiting AS waiting CROSS JOIN outbox_lane AS lane
            ON lane.journey = waiting.journey AND lane.ordering_key = waiting.ordering_key
          WHERE waiting.state = 'blocked' AND waiting.id <= :last
          GROUP BY waiting.id)
        GROUP BY journey
        """

    /// A frozen batch is open whether or not its journey is still configured.
    private static let openQueries = [
        """
        SELECT CAST(journey AS BLOB), count(*), 0 FROM outbox
        WHERE scheduled_at IS NULL AND id <= :last AND :due IS NOT NULL GROUP BY journey
        """,
        "SELECT CAST(journey AS BLOB), count(*), 0 FROM outbox WHERE scheduled_at <= :due AND id <= :last GROUP BY journey",
        "SELECT CAST(journey AS BLOB), count(*), 0 FROM outbox_waiting WHERE id <= :last AND :due IS NOT NULL GROUP BY journey",
        """
        SELECT CAST(journey AS BLOB), coalesce(sum(size), 0), 1 FROM outbox_batch
        WHERE state = 'sending' AND state <> 'settled' AND first_id <= :last AND :due IS NOT NULL GROUP BY journey
        """,
    ]
}
