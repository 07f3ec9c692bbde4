import Foundation
import GRDB
import JourneyOutbox
import Operation

/// SQLite's part of `doctor`.
struct SQLiteChecks: EngineChecks {
    /// As configured.
    private let database: String
    /// With every symbolic link resolved.
    private let path: String

    init(database: String) {
        self.database = database
        path = FileChecks(database: database).path
    }

    var missingDatabase: Check? {
        FileManager.default.fileExists(atPath: database)
            ? nil
            : .fail(
                "database_file", "there is no database at \(database)",
                "check `database`: the application creates it")
    }

    func beforeConnecting() -> [Check] {
        FileChecks(database: database).all + LockChecks(path: path).all
    }

    func access(workerUser: String?, producerUser: String?) -> [Check] {
        PermissionChecks(path: path, workerUser: workerUser, producerUser: producerUser).all
    }

    func schema() -> Check {
        do {
            let report = try OutboxConnection.open(path, label: "schema").read { try Outbox.check($0) }
            if report.isCurrent { return .ok("schema", "every table, index, view and trigger of the outbox is there") }
            let remedy =
                report.newerVersion != nil
                ? "install the newer journey-outbox"
                : report.foreignEncoding != nil
                    ? "sqlite3 \(ShellWord.quoted(path)) .dump, read into a new database"
                    : "journey-outbox migrate --database \(ShellWord.quoted(path))"
            return .fail("schema", report.problems.joined(separator: "; "), remedy)
        } catch {
            return .fail("schema", "\(error)", "journey-outbox migrate --database \(ShellWord.quoted(path))")
        }
    }

    func settings(of facts: DatabaseFacts) -> [Check] {
        [
            Self.journalMode(facts.journalMode, path: path),
            SQLiteBuild.check(version: facts.sqliteVersion, journalMode: facts.journalMode),
        ]
    }

    static func journalMode(_ mode: String, path: String) -> Check {
        switch mode {
        case "wal": return .ok("journal_mode", "wal: readers and the writer do not wait for each other")
        case "delete", "truncate", "persist":
            return .warn(
                "journal_mode", "\(mode): readers and the writer wait for each other",
                "journey-outbox migrate --wal --database \(ShellWord.quoted(path))")
        default:
            return .fail(
                "journal_mode", "\(mode): a crash can lose or damage what was committed",
                "journey-outbox migrate --wal --database \(ShellWord.quoted(path))")
        }
    }
}
