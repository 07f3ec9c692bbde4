import GRDB
import Synchronization

/// The connection of everybody but the worker: producers, persons and the checker. A restore replaces it.
final class LiveDatabase: Sendable {
    let path: String
    private let connection: Mutex<DatabaseQueue>

    init(path: String) throws {
        self.path = path
        connection = Mutex(try Self.open(path))
    }

    /// To be read without `PRAGMA query_only`, which makes SQLite compile every statement anew.
    var queue: DatabaseQueue { connection.withLock { $0 } }

    /// Closes the connection, lets the file be replaced, and opens it again.
    func replace(_ work: () throws -> Void) throws {
        try queue.close()
        try work()
        let fresh = try Self.open(path)
        connection.withLock { $0 = fresh }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "producer"
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = OFF") }
        return try DatabaseQueue(path: path, configuration: configuration)
    }
}
