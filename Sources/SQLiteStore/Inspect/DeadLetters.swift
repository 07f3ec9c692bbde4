import Delivery
import Foundation
import GRDB

/// The dead letters of `outbox_dead`, one at a time, inside the caller's transaction.
struct DeadLetters {
    let db: Database
    let now: WallTime

    /// Moves a dead letter back to wait, due now and under its next epoch, so that it travels under a new key.
    ///
    /// Its attempts start again; its dedup key it never lost. False when it is no dead letter.
    func retry(_ id: Int64) throws -> Bool {
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_waiting (id, journey, \(IntentReader.columns), state, attempts, epoch, due_at,
                  batch_id, updated_at)
                SELECT id, journey, \(IntentReader.columns), 'retrying', 0, epoch + 1, ?1, batch_id, ?1
                FROM outbox_dead WHERE id = ?2 AND state = 'dead'
                """
        ).execute(arguments: [now.milliseconds, id])
        guard db.changesCount == 1 else { return false }
        try db.cachedStatement(sql: "DELETE FROM outbox_dead WHERE id = ?").execute(arguments: [id])
        return true
    }

    /// Gives a dead letter up: the record stays as cancelled until it is pruned. False when it is no dead letter.
    func discard(_ id: Int64) throws -> Bool {
        try db.cachedStatement(
            sql: "UPDATE outbox_dead SET state = 'cancelled', updated_at = ? WHERE id = ? AND state = 'dead'"
        ).execute(arguments: [now.milliseconds, id])
        guard db.changesCount == 1 else { return false }
        try db.cachedStatement(
            sql: """
                DELETE FROM outbox_dedup WHERE intent_id = ?1 AND (journey, dedup_key) IN (
                  SELECT journey, dedup_key FROM outbox_dead WHERE id = ?1)
                """
        ).execute(arguments: [id])
        return true
    }
}

/// A dead letter with everything that is kept of it.
public struct DeadLetter: Sendable {
    public let record: IntentRecord
    public let epoch: Int
    public let orderingKey: String?
    public let dedupKey: String?
    public let scheduledAt: WallTime?
    public let expiresAt: WallTime?
    public let traceparent: String?
    /// The stored text, byte for byte; it need not be JSON, since that may be why the letter is dead.
    public let profile: [UInt8]?
    public let data: [UInt8]?

    /// Reads one dead letter; nil when there is none of that id.
    public static func find(_ id: Int64, _ connection: OperatorConnection) throws -> DeadLetter? {
        let row = try connection.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT \(IntentColumns(place: .dead).list), epoch, ordering_key, dedup_key, scheduled_at, expires_at,
                      traceparent, CAST(profile AS BLOB) AS profile, CAST(data AS BLOB) AS data
                    FROM outbox_dead WHERE id = ? AND state = 'dead'
                    """, arguments: [id])
        }
        return row.map(DeadLetter.init)
    }

    private init(_ row: Row) {
        record = IntentRecord(row, state: .dead)
        epoch = row["epoch"]
        orderingKey = row["ordering_key"]
        dedupKey = row["dedup_key"]
        scheduledAt = (row["scheduled_at"] as Int64?).map(WallTime.init(milliseconds:))
        expiresAt = (row["expires_at"] as Int64?).map(WallTime.init(milliseconds:))
        traceparent = row["traceparent"]
        profile = (row["profile"] as Data?).map { Array($0) }
        data = (row["data"] as Data?).map { Array($0) }
    }
}
