import Delivery
import Foundation
import GRDB
import GRDBSQLite
import Synchronization

/// Notices that the database was replaced underneath its connection: a copy was moved over it, a backup was restored,
/// or its log was deleted.
///
/// What is written to a file that has lost its name is lost, and a log that only one connection has open corrupts the
/// database (sqlite.org/howtocorrupt.html, "Unlinking or renaming a database file while in use").
final class FilePresence: Sendable {
    private let log: String
    /// The log's inode since this connection has it open; nil before there is one.
    private let logNode = Mutex<ino_t?>(nil)

    init(database: String) {
        log = database + "-wal"
    }

    /// Throws `StoreError.replaced` when the connection's files are no longer the ones at their paths.
    func check(_ db: Database) throws {
        // Related SQLite documentation: https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html
        var hasMoved: Int32 = 0
        let code = sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
        if code == SQLITE_OK && hasMoved != 0 { throw StoreError.replaced }
        guard let known = logNode.withLock({ $0 }) else { return try learn(db) }
        // In WAL mode a connection keeps every other one from removing the log; only an operator or a tool does that.
        if node() != known { throw StoreError.replaced }
    }

    private func learn(_ db: Database) throws {
        guard let node = node(),
            try String.fetchOne(db.cachedStatement(sql: "PRAGMA journal_mode")) == "wal"
        else { return }
        logNode.withLock { $0 = node }
    }

    private func node() -> ino_t? {
        var status = stat()
        return stat(log, &status) == 0 ? status.st_ino : nil
    }
}
