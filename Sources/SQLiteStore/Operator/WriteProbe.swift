import GRDB
import Operation

/// Tries whether this process may write to the outbox, and leaves nothing behind.
enum WriteProbe {
    private struct Undo: Error {}

    /// Begins a write transaction, changes a row to what it was, and takes it all back.
    static func attempt(_ path: String, patience seconds: Double) throws -> WriteAccess {
        do {
            let connection = try OperatorConnection(path: path, for: .changing, busyTimeout: seconds)
            try connection.write { db in
                try db.execute(sql: "UPDATE outbox_meta SET value = value WHERE key = 'schema_version'")
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
