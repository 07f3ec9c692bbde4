import Delivery
import Foundation
import GRDB

/// What a person wants to know about the database file itself.
public struct DatabaseFacts: Sendable, Equatable {
    public let path: String
    /// The outbox's identity; nil until a worker has served the database.
    public let uuid: String?
    public let schemaVersion: Int?
    public let journalMode: String
    public let sqliteVersion: String
    public let bytes: Int64
    /// The bytes of the write-ahead log; 0 in rollback mode.
    public let walBytes: Int64
    /// Since when somebody has kept the log from being used again, as the worker has found it; nil when nobody does.
    public let walPinnedSince: WallTime?

    init(_ db: Database, path: String) throws {
        self.path = path
        uuid = try MetaTable(db: db).text(.uuid)
        schemaVersion = try MetaTable(db: db).text(.schemaVersion).flatMap { Int($0) }
        journalMode = try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? ""
        sqliteVersion = try String.fetchOne(db, sql: "SELECT sqlite_version()") ?? ""
        let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        bytes = pages * (try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
        walPinnedSince = try MetaTable(db: db).integer(.pinnedSince).map(WallTime.init(milliseconds:))
        var file = stat()
        walBytes = journalMode == "wal" && stat(path + "-wal", &file) == 0 ? Int64(file.st_size) : 0
    }
}
