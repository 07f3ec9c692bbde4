import GRDB
import Operation

/// Tests whether this process may write to the outbox, without changing it.
enum WriteProbe {
    private struct Undo: Error {}

    /// Begins a write transaction, sets a row to its own value, and rolls back.
    static func attempt(_ path: String, patience seconds: Double) throws -> WriteAccess {
        do {
            let connection = try OperatorConnection(path: path, for: .changing, busyTimeout: seconds)
            try connection.write { db in
                try db.execute(
                    sql: "UPDATE outbox_meta SET value = value WHERE key = '\(MetaKey.schemaVersion.rawValue)'")
                throw Undo()
            }
        } catch is Undo {
            return .writable
        } catch OperatorError.busy {
            return .locked
        } catch OperatorError.database(let message) {
            return .refused(message)
        }
        return .writable
    }
}
