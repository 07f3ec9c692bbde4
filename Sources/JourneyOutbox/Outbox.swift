import Foundation
import GRDB

/// The outbox for producers: intents are enqueued and cancelled in the caller's own transaction.
public enum Outbox {
    /// Enqueues an intent in the caller's transaction.
    ///
    /// After the commit, the intent is never lost. After a rollback, it does not exist.
    ///
    /// ```swift
    /// try queue.write { db in
    ///     try order.insert(db)
    ///     try Outbox.enqueue(Intent(journey: "welcome", externalID: order.customer), in: db)
    /// }
    /// ```
    ///
    /// - Returns: the id of the intent, which never changes; nil when the journey already has an intent with this dedup
    ///   key. Nothing was enqueued then.
    /// - Throws: `OutboxError.Code.intentRefused` with the database's sentence when the intent breaks a rule. Only the
    ///   statement is undone, so a caller that catches the error may commit the rest. SQLite's errors are thrown as
    ///   GRDB's `DatabaseError`.
    @discardableResult
    public static func enqueue(_ intent: Intent, in db: Database) throws -> Int64? {
        do {
            try insert(intent, in: db)
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_TRIGGER {
            throw OutboxError(.intentRefused, error.message ?? error.description)
        }
        // A duplicate changes no row, and the connection's last row id stays that of an earlier insert.
        return db.changesCount > 0 ? db.lastInsertedRowID : nil
    }

    private static func insert(_ intent: Intent, in db: Database) throws {
        if intent.isPlain {
            return try db.cachedStatement(sql: plainInsertion).execute(arguments: [
                text(intent.journey, in: "journey"), text(intent.externalID, in: "external_id"),
                text(intent.data?.text, in: "data"),
            ])
        }
        // All eleven parameters are bound every time, so that all other intents share one prepared statement.
        try db.cachedStatement(sql: insertion).execute(arguments: [
            text(intent.journey, in: "journey"), text(intent.externalID, in: "external_id"),
            text(intent.anonymousID, in: "anonymous_id"), text(intent.email, in: "email"),
            text(intent.profile?.text, in: "profile"), text(intent.data?.text, in: "data"),
            text(intent.orderingKey, in: "ordering_key"), text(intent.dedupKey, in: "dedup_key"),
            milliseconds(intent.scheduledAt, in: "scheduled_at"), milliseconds(intent.expiresAt, in: "expires_at"),
            text(intent.traceparent, in: "traceparent"),
        ])
    }

    /// Cancels a waiting intent in the caller's transaction. Its record stays as `cancelled`, and its dedup key is free
    /// again.
    ///
    /// - Returns: whether the intent was cancelled now; false when it has ended (delivered, dead, cancelled) or never
    ///   existed.
    /// - Throws: `OutboxError.Code.cancelRefused` when the intent is being sent or may have been executed. SQLite's
    ///   errors are thrown as GRDB's `DatabaseError`.
    @discardableResult
    public static func cancel(_ id: Int64, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(sql: "DELETE FROM outbox_intents WHERE id = ?")
        // changes() does not count a row that is deleted from a view. The total counts the changes of its trigger.
        let before = db.totalChangesCount
        do {
            try statement.execute(arguments: [id])
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_TRIGGER {
            throw OutboxError(.cancelRefused, error.message ?? error.description)
        }
        return db.totalChangesCount > before
    }

    /// The statement for intents that set only these columns. It has eight parameters less to bind.
    private static let plainInsertion = "INSERT INTO outbox (journey, external_id, data) VALUES (?, ?, ?)"

    private static let insertion = """
        INSERT INTO outbox (journey, external_id, anonymous_id, email, profile, data, ordering_key, dedup_key,
          scheduled_at, expires_at, traceparent)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// Refuses a text that contains NUL.
    ///
    /// GRDB binds a text only up to its first NUL, so the database would accept the shortened text.
    private static func text(_ text: String?, in column: String) throws -> String? {
        guard let text else { return nil }
        // Native strings give access to their bytes, and memchr keeps the cost of this check negligible.
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
