import Operation
import SQLiteStore

/// Chooses the database engine of a configured database. This is the one file that names an engine.
enum Engine {
    /// Opens nothing yet: every connection is opened by the engine's own calls.
    static func engine(for database: String) -> any OutboxEngine {
        SQLiteEngine(database: database)
    }
}
