import Delivery
import GRDB

/// What becomes of rows that were refused alone, once it is known whether their journey works.
struct Condemnation {
    let db: Database
    let journey: String
    let now: WallTime

    /// A success has shown that the journey works: the rows refused before its request began have themselves to blame.
    ///
    /// - Returns: whether any had an ordering key, so that another one of its key may go on.
    func bury(refusedBy time: WallTime) throws -> Bool {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT id, ordering_key IS NOT NULL FROM outbox_waiting
                    WHERE journey = ? AND refused_alone IS NOT NULL AND updated_at <= ?
                    """),
            arguments: [journey, time.milliseconds])
        // One by one: a lane must not go to a row that is about to leave as well.
        for row in rows {
            try db.cachedStatement(
                sql: """
                    INSERT INTO outbox_dead (id, journey, \(IntentReader.columns), state, attempts, epoch, code, message,
                      request_id, batch_id, updated_at)
                    SELECT id, journey, \(IntentReader.columns), 'dead', attempts, epoch, code, message, request_id,
                      batch_id, ?
                    FROM outbox_waiting WHERE id = ?
                    """
            ).execute(arguments: [now.milliseconds, row[0] as Int64])
            try db.cachedStatement(sql: "DELETE FROM outbox_waiting WHERE id = ?").execute(arguments: [row[0] as Int64])
        }
        return rows.contains { $0[1] }
    }

    /// How many rows of the journey share the code most of them were refused for.
    func alike() throws -> Int {
        try Int.fetchOne(
            db,
            sql: """
                SELECT count(*) FROM outbox_waiting WHERE journey = ? AND refused_alone IS NOT NULL
                GROUP BY refused_alone ORDER BY 1 DESC LIMIT 1
                """, arguments: [journey]) ?? 0
    }

    /// The setting was at fault, not the rows: they wait like any other.
    func acquit() throws {
        try db.execute(
            sql:
                "UPDATE outbox_waiting SET refused_alone = NULL, due_at = ? WHERE journey = ? AND refused_alone IS NOT NULL",
            arguments: [now.milliseconds, journey])
    }
}
