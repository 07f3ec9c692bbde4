import Delivery
import GRDB

/// The dead letters of `outbox_dead`, one at a time, inside the caller's transaction.
struct DeadLetters {
    let db: Database
    let now: WallTime

    /// Moves a dead letter back to wait, due now and under its next epoch, so that it travels under a new key.
    ///
    /// Its attempts start again; its dedup key it never lost. False when it is no dead letter.
    func retry(_ id: Int64) throws -> Bool {
        guard try WaitingTable(db: db, now: now).insertRetried(id) else { return false }
        try IntentTable.dead.delete(id, db)
        // It may have kept its lane, and keeps it; otherwise it waits for its turn like any older one of its key.
        try db.cachedStatement(sql: "UPDATE outbox_lane SET is_dead = 0 WHERE open_id = ?").execute(arguments: [id])
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
