import Delivery
import GRDB

/// The rows of a journey that were refused alone: their own content is at fault, or a setting of their journey.
///
/// They wait until it is known which: a later success shows that the journey works, so that they are at fault.
struct RefusedRows {
    let db: Database
    let journey: String
    let now: WallTime

    /// Moves the rows to the dead letters that were refused before a request began which then succeeded.
    ///
    /// - Returns: whether any had an ordering key, so that another intent of its key may go on.
    func moveToDead(refusedBy time: WallTime) throws -> Bool {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT id, ordering_key IS NOT NULL FROM outbox_waiting
                    WHERE journey = ? AND refused_alone IS NOT NULL AND updated_at <= ?
                    """),
            arguments: [journey, time.milliseconds])
        // One by one: a lane must not go to a row that is about to leave as well.
        for row in rows {
            try DeadTable(db: db, now: now).insertRefused(row[0])
            try IntentTable.waiting.delete(row[0], db)
        }
        return rows.contains { $0[1] }
    }

    /// How many rows of the journey share the code that most of them were refused for.
    func alikeCount() throws -> Int {
        try Int.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM outbox_waiting WHERE journey = ? AND refused_alone IS NOT NULL
                GROUP BY refused_alone ORDER BY 1 DESC LIMIT 1
                """, arguments: [journey]) ?? 0
    }

    /// Lets the rows wait like any other, due now: the setting was at fault and not their content.
    func clearRefusal() throws {
        try db.execute(
            sql:
                "UPDATE outbox_waiting SET refused_alone = NULL, due_at = ? WHERE journey = ? AND refused_alone IS NOT NULL",
            arguments: [now.milliseconds, journey])
    }
}
