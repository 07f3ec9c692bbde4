import Delivery
import GRDB
import GRDBSQLite

/// Reads intents row by row without making a string of any column: the claim's hot path.
///
/// The columns stand in the order of `columns`; a row's bytes are copied by whoever is offered it, before the next one.
struct IntentReader {
    /// The columns shared by `outbox`, `outbox_waiting` and `outbox_dead` that make up the intent itself.
    static let columns = """
        external_id, anonymous_id, email, profile, data, ordering_key, dedup_key, scheduled_at, expires_at, \
        traceparent, created_at
        """

    private let statement: Statement
    private let handle: SQLiteStatement

    init(_ db: Database, sql: String, arguments: StatementArguments) throws {
        statement = try db.cachedStatement(sql: sql)
        try statement.setArguments(arguments)
        handle = statement.sqliteStatement
    }

    /// Calls `offer` with each row until it returns false or the rows end.
    func forEach(_ db: Database, _ offer: (IntentRow, _ isRefusedAlone: Bool) throws -> Bool) throws {
        sqlite3_reset(handle)
        defer { sqlite3_reset(handle) }
        while true {
            let code = sqlite3_step(handle)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else {
                throw DatabaseError(resultCode: ResultCode(rawValue: code), message: db.lastErrorMessage)
            }
            if try !offer(row, integer(15) != nil) { return }
        }
    }

    private var row: IntentRow {
        IntentRow(
            id: sqlite3_column_int64(handle, 0), attempts: Int(sqlite3_column_int64(handle, 1)),
            epoch: Int(sqlite3_column_int64(handle, 2)), externalID: text(3), anonymousID: text(4), email: text(5),
            profile: text(6), data: text(7), orderingKey: text(8), dedupKey: text(9), scheduledAt: integer(10),
            expiresAt: integer(11), traceparent: text(12), createdAt: sqlite3_column_int64(handle, 13),
            previousBatch: integer(14))
    }

    private func text(_ column: Int32) -> IntentRow.Text? {
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        return IntentRow.Text(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    private func integer(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : sqlite3_column_int64(handle, column)
    }
}
