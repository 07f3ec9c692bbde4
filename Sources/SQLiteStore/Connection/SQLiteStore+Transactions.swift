import Delivery
import GRDB

/// The transactions of a store: every failure that ends by waiting is `StoreError.busy`.
extension SQLiteStore {
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return mode == .blocking
                ? try blocking { [presence] in try Self.transact($0, presence, body) }
                : try await queue.writeWithoutTransaction { [presence] in try Self.transact($0, presence, body) }
        } catch let error as DatabaseError where error.isBusy {
            throw StoreError.busy
        }
    }

    /// One consistent look, without a lock on writers.
    ///
    /// GRDB's `read` switches `query_only` on and off, which makes SQLite compile every statement anew.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await lookingWithoutTransaction { db in
            var value: Value?
            try db.inTransaction(.deferred) {
                value = try body(db)
                return .commit
            }
            guard let value else { throw StoreError.busy }
            return value
        }
    }

    func lookingWithoutTransaction<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do {
            return mode == .blocking ? try blocking(body) : try await queue.writeWithoutTransaction(body)
        } catch let error as DatabaseError where error.isBusy {
            throw StoreError.busy
        }
    }

    private static func transact<Value>(
        _ db: Database, _ presence: FilePresence, _ body: (Database) throws -> Value
    ) throws -> Value {
        var value: Value?
        try db.inTransaction(.immediate) {
            try presence.check(db)
            value = try body(db)
            return .commit
        }
        guard let value else { throw StoreError.busy }
        return value
    }

    private func blocking<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try queue.writeWithoutTransaction(body)
    }
}

extension DatabaseError {
    /// Whether another connection holds the database, so that waiting helps.
    ///
    /// `SQLITE_PROTOCOL` is a race for the log's index that was lost too often in a row (sqlite.org/rescode.html).
    var isBusy: Bool {
        resultCode == .SQLITE_BUSY || resultCode == .SQLITE_LOCKED || resultCode == .SQLITE_PROTOCOL
    }
}
