import GRDB

/// What a bug in claiming would do to rows that were cancelled.
extension Claiming {
    func reviveCancelled(_ journey: String) throws {
        try db.execute(
            sql: """
                INSERT INTO outbox_waiting (id, journey, \(IntentReader.columns), state, attempts, epoch, due_at, updated_at)
                SELECT id, journey, \(IntentReader.columns), 'retrying', attempts, epoch, 0, 0 FROM outbox_dead
                WHERE journey = ?1 AND state = 'cancelled' LIMIT 1
                """, arguments: [journey])
        try db.execute(sql: "DELETE FROM outbox_dead WHERE id IN (SELECT id FROM outbox_waiting)")
    }
}
