import Deployment
import Foundation
import GRDB

/// Finds out, without changing anything, whether a database is still at its earlier site.
package enum OldPlaceLook {
    /// - Parameters:
    ///   - path: where it was, as a real path.
    ///   - database: where it is now.
    ///   - knows: whether an identity is the one in question.
    package static func look(at path: String, from database: String, knows: (String) -> Bool)
        -> StateEvidence.FormerPath
    {
        if path == database { return .here }
        guard !path.isEmpty else { return .gone }
        var old = stat()
        guard stat(path, &old) == 0 else { return errno == ENOENT || errno == ENOTDIR ? .gone : .unreadable }
        var own = stat()
        if stat(database, &own) == 0, own.st_ino == old.st_ino, own.st_dev == old.st_dev { return .sameFile }
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let uuid = try queue.read { db in
                try db.tableExists("outbox_meta") ? try MetaTable(db: db).text(.uuid) : nil
            }
            return uuid.map(knows) == true ? .holds : .gone
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            return .gone
        } catch {
            return .unreadable
        }
    }
}
