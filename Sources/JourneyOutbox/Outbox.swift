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
        do {
            try insert(intent, in: db)
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_TRIGGER {
            throw OutboxError(.intentRefused, error.message ?? error.description)
        }
        // A repeat changes no row, and leaves the connection's last id at that of an earlier insert.
        return db.changesCount > 0 ? db.lastInsertedRowID : nil
    }

    private static func insert(_ intent: Intent, in db: Database) throws {
        if intent.isPlain {
            return try db.cachedStatement(sql: plainInsertion).execute(arguments: [
                text(intent.journey, in: "journey"), text(intent.externalID, in: "external_id"),
                text(intent.data?.text, in: "data"),
            ])
        }
        // All eleven places are bound every time, so that all other intents share one prepared statement.
        try db.cachedStatement(sql: insertion).execute(arguments: [
            text(intent.journey, in: "journey"), text(intent.externalID, in: "external_id"),
            text(intent.anonymousID, in: "anonymous_id"), text(intent.email, in: "email"),
            text(intent.profile?.text, in: "profile"), text(intent.data?.text, in: "data"),
            text(intent.orderingKey, in: "ordering_key"), text(intent.dedupKey, in: "dedup_key"),
            milliseconds(intent.scheduledAt, in: "scheduled_at"), milliseconds(intent.expiresAt, in: "expires_at"),
            text(intent.traceparent, in: "traceparent"),
        ])
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

    /// What most intents need: eight places less to bind.
    private static let plainInsertion = "INSERT INTO outbox (journey, external_id, data) VALUES (?, ?, ?)"

    private static let insertion = """
        INSERT INTO outbox (journey, external_id, anonymous_id, email, profile, data, ordering_key, dedup_key,
          scheduled_at, expires_at, traceparent)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// GRDB binds a text up to its first NUL, so that the database's guard would see a shorter one and let it pass.
    private static func text(_ text: String?, in column: String) throws -> String? {
        guard let text else { return nil }
        // Native strings lend their bytes; memchr is what keeps this off the insert's bill.
        let hasNUL = text.utf8.withContiguousStorageIfAvailable { bytes in
            bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
        }
        if hasNUL ?? text.utf8.contains(0) {
            throw OutboxError(.intentRefused, "outbox.\(column) must not contain a NUL character")
        }
        return text
    }

    private static func milliseconds(_ date: Date?, in column: String) throws -> Int64? {
        guard let date else { return nil }
        guard let time = Int64(exactly: (date.timeIntervalSince1970 * 1000).rounded()) else {
            throw OutboxError(.intentRefused, "outbox.\(column) must be a time, and is \(date.timeIntervalSince1970)")
        }
        return time
    }
}
