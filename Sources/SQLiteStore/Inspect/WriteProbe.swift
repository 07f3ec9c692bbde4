import GRDB

/// Tries whether this process may write to the outbox, and leaves nothing behind.
public enum WriteProbe {
    public enum Finding: Sendable, Equatable {
        case writable
        /// Somebody else held the write lock for the whole time; that they may does not say whether this process may.
        case locked
        /// SQLite's own words.
        case refused(String)
    }

    private struct Undo: Error {}

    /// Begins a write transaction, changes a row to what it was, and takes it all back.
    public static func attempt(_ path: String, patience seconds: Double) throws -> Finding {
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
