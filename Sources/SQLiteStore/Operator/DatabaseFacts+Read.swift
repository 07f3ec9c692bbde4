import Delivery
import Foundation
import GRDB
import Operation

extension DatabaseFacts {
    init(_ db: Database, path: String) throws {
        let journalMode = try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? ""
        let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        var file = stat()
        self.init(
            path: path, uuid: try MetaTable(db: db).text(.uuid),
            schemaVersion: try MetaTable(db: db).text(.schemaVersion).flatMap { Int($0) }, journalMode: journalMode,
            sqliteVersion: try String.fetchOne(db, sql: "SELECT sqlite_version()") ?? "",
            bytes: pages * (try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0),
            walBytes: journalMode == "wal" && stat(path + "-wal", &file) == 0 ? Int64(file.st_size) : 0,
            walPinnedSince: try MetaTable(db: db).integer(.pinnedSince)
                .map(WallTime.init(milliseconds:)))
    }
}
