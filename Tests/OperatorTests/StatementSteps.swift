import GRDB
import GRDBSQLite
import Operation

@testable import SQLiteStore

/// Counts the steps of SQLite's virtual machine, in tens. The count does not depend on the load of the machine.
enum StatementSteps {
    /// How many steps the body takes on this connection.
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
