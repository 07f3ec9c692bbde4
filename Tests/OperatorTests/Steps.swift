import GRDB
import GRDBSQLite
import Operation

@testable import SQLiteStore

/// Counts what SQLite does, whatever else the machine does: steps of its virtual machine, in tens.
enum Steps {
    /// How many steps a piece of reading takes on this connection.
    static func count(_ connection: OperatorConnection, _ body: () throws -> Void) throws -> Int {
        let tens = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        tens.initialize(to: 0)
        defer { tens.deallocate() }
        try connection.read { db in
            sqlite3_progress_handler(
                db.sqliteConnection, 10,
                { context in
                    context?.assumingMemoryBound(to: Int.self).pointee += 1
                    return 0
                }, tens)
        }
        try body()
        try connection.read { db in sqlite3_progress_handler(db.sqliteConnection, 0, nil, nil) }
        return tens.pointee * 10
    }
}
