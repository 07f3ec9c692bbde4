import Foundation
import GRDB

/// The outbox as a producer meets it: intents are enqueued and cancelled in the caller's own transaction.
public enum Outbox {
    /// Enqueues an intent: once the caller's transaction commits, it is never lost, and a rollback takes it back.
    ///
    /// ```swift
    /// try queue.write { db in
    ///     try order.insert(db)
    ///     try Outbox.enqueue(Intent(journey: "welcome", externalID: order.customer), in: db)
    /// }
    /// ```
    ///
    /// - Returns: the intent's id, which it keeps for life; nil when the journey has had this dedup key, in which case
    ///   nothing was enqueued.
    /// - Throws: `OutboxError.Code.intentRefused` with the database's sentence when the intent breaks a rule. The
    ///   statement alone is undone, so that a caller who catches the error may commit the rest. Anything else is GRDB's
    ///   `DatabaseError`.
    @discardableResult
    public static func enqueue(_ intent: Intent, in db: Database) throws -> Int64? {
        let statement = try db.cachedStatement(sql: insertion)
        do {
            // The ten places are bound every time, so that all intents share one prepared statement.
            try statement.execute(arguments: [
                intent.journey, intent.externalID, intent.anonymousID, intent.email, intent.profile?.text,
                intent.data?.text, intent.orderingKey, intent.dedupKey,
                try milliseconds(intent.scheduledAt, in: "scheduled_at"),
                try milliseconds(intent.expiresAt, in: "expires_at"), intent.traceparent,
            ])
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_TRIGGER {
            throw OutboxError(.intentRefused, error.message ?? error.description)
        }
        // A repeat changes no row, and leaves the connection's last id at that of an earlier insert.
        return db.changesCount > 0 ? db.lastInsertedRowID : nil
    }

    /// Cancels an intent wherever it waits: its record stays as `cancelled`, and its dedup key is free again.
    ///
    /// - Returns: whether it was cancelled now; false when it has ended (delivered, dead, cancelled before) or never was.
    /// - Throws: `OutboxError.Code.cancelRefused` when it is being sent or may have been entered. Anything else is GRDB's
    ///   `DatabaseError`.
    @discardableResult
    public static func cancel(_ id: Int64, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(sql: "DELETE FROM outbox_intents WHERE id = ?")
        // changes() does not count what is deleted from a view; the total counts what its trigger changed.
        let before = db.totalChangesCount
        do {
            try statement.execute(arguments: [id])
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_TRIGGER {
            throw OutboxError(.cancelRefused, error.message ?? error.description)
        }
        return db.totalChangesCount > before
    }

    private static let insertion = """
        INSERT INTO outbox (journey, external_id, anonymous_id, email, profile, data, ordering_key, dedup_key,
          scheduled_at, expires_at, traceparent)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static func milliseconds(_ date: Date?, in column: String) throws -> Int64? {
        guard let date else { return nil }
        guard let time = Int64(exactly: (date.timeIntervalSince1970 * 1000).rounded()) else {
            throw OutboxError(.intentRefused, "outbox.\(column) must be a time, and is \(date.timeIntervalSince1970)")
        }
        return time
    }
}
