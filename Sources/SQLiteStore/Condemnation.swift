import Delivery
import GRDB

/// What becomes of rows that were refused alone, once it is known whether their journey works.
struct Condemnation {
    let db: Database
    let journey: String
    let now: WallTime

    /// A success has shown that the journey works: the rows refused before its request began have themselves to blame.
    func bury(refusedBy time: WallTime) throws {
        let isAny = try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM outbox_waiting WHERE journey = ? AND refused_alone IS NOT NULL
                      AND updated_at <= ?)
                    """),
            arguments: [journey, time.milliseconds])
        guard isAny == true else { return }
        try db.execute(
            sql: """
                INSERT INTO outbox_dead (id, journey, \(IntentReader.columns), state, attempts, epoch, code, message,
                  request_id, batch_id, updated_at)
                SELECT id, journey, \(IntentReader.columns), 'dead', attempts, epoch, code, message, request_id,
                  batch_id, ?
                FROM outbox_waiting WHERE journey = ? AND refused_alone IS NOT NULL AND updated_at <= ?
                """, arguments: [now.milliseconds, journey, time.milliseconds])
        try db.execute(
            sql: "DELETE FROM outbox_waiting WHERE journey = ? AND refused_alone IS NOT NULL AND updated_at <= ?",
            arguments: [journey, time.milliseconds])
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
