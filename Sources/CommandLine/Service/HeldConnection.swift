import Operation
import Synchronization

/// A connection that stays open from the first read of a database until the worker has its own connection.
///
/// SQLite moves the whole log into the database when the last connection closes (sqlite.org/wal.html). After a crash
/// that takes longer than the rest of a start. The connection is released while this process waits for another worker,
/// because that worker leaves the lock free longer as long as another process has the database open.
final class HeldConnection: Sendable {
    private let connection = Mutex<(any OpenConnection)?>(nil)

    func hold(_ new: any OpenConnection) { connection.withLock { $0 = new } }

    func release() { connection.withLock { $0 = nil } }
}
