import Delivery
import GRDB
import GRDBSQLite

/// Copies the write-ahead log into the database as far as readers allow, without waiting for any connection.
///
/// After a complete checkpoint writers use the log from its start again, so that its length stays as it is. Producers'
/// connections checkpoint by themselves unless that is turned off; a worker that drains a backlog alone would let the
/// log grow.
struct Checkpoint {
    let db: Database

    /// Nil when this connection has written fewer than `pages` pages since the last one, or without such a log.
    func make(ifWritten pages: Int) throws -> WriteAheadLog? {
        guard pagesWritten() >= pages else { return nil }
        let found = try db.checkpoint(.passive)
        _ = pagesWritten(resetting: true)
        guard found.walFrameCount >= 0 else { return nil }
        return WriteAheadLog(
            pages: found.walFrameCount, copiedPages: found.checkpointedFrameCount,
            pageBytes: try Int.fetchOne(db.cachedStatement(sql: "PRAGMA page_size")) ?? 0)
    }

    /// Pages this connection has written, checkpoints aside (sqlite.org/c3ref/c_dbstatus_options.html).
    func pagesWritten(resetting: Bool = false) -> Int {
        var (current, highest) = (Int32(0), Int32(0))
        sqlite3_db_status(db.sqliteConnection, SQLITE_DBSTATUS_CACHE_WRITE, &current, &highest, resetting ? 1 : 0)
        return Int(current)
    }
}
