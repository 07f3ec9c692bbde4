import Delivery
import GRDB
import GRDBSQLite

/// Reads intents row by row without making a string of any column: the claim's hot path.
///
/// A row's bytes are valid until the next row is read, so that the builder that is offered a row copies them.
struct IntentReader {
    private let statement: Statement
    private let handle: SQLiteStatement

    /// - Parameter condition: which rows, and in which order.
    init(_ db: Database, from table: IntentTable, where condition: String, arguments: StatementArguments) throws {
        statement = try db.cachedStatement(
            sql: "SELECT \(IntentColumn.selection(from: table)) FROM \(table.rawValue) WHERE \(condition)")
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
            if try !offer(row, optionalInteger(.isRefusedAlone) != nil) { return }
        }
    }

    private var row: IntentRow {
        IntentRow(
            id: integer(.id), attempts: Int(integer(.attempts)), epoch: Int(integer(.epoch)),
            externalID: text(.externalID), anonymousID: text(.anonymousID), email: text(.email),
            profile: text(.profile), data: text(.data), orderingKey: text(.orderingKey), dedupKey: text(.dedupKey),
            scheduledAt: optionalInteger(.scheduledAt), expiresAt: optionalInteger(.expiresAt),
            traceparent: text(.traceparent), createdAt: integer(.createdAt),
            previousBatch: optionalInteger(.previousBatch))
    }

    private func text(_ column: IntentColumn) -> IntentRow.Text? {
        guard let start = sqlite3_column_text(handle, column.rawValue) else { return nil }
        return IntentRow.Text(start: start, count: Int(sqlite3_column_bytes(handle, column.rawValue)))
    }

    private func integer(_ column: IntentColumn) -> Int64 {
        sqlite3_column_int64(handle, column.rawValue)
    }

    private func optionalInteger(_ column: IntentColumn) -> Int64? {
        sqlite3_column_type(handle, column.rawValue) == SQLITE_NULL ? nil : integer(column)
    }
}
