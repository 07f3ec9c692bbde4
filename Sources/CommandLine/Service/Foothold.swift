import GRDB
import Synchronization

/// A connection that is kept open from the first look at a database until the worker has its own.
///
/// Closed as the last one it would move the whole log into the database (sqlite.org/wal.html), which after a crash takes
/// longer than everything else a start does. While another worker is waited for it is let go: whoever has the database
/// open is made room for.
final class Foothold: Sendable {
    private let connection = Mutex<DatabaseQueue?>(nil)

    func take(_ queue: DatabaseQueue) { connection.withLock { $0 = queue } }

    func letGo() { connection.withLock { $0 = nil } }
}
