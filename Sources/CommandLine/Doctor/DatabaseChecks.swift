import Delivery
import JourneyOutbox
import SQLiteStore
import Settings

/// What the database itself tells.
struct DatabaseChecks {
    let path: String
    let configuration: Configuration?

    /// Everything that needs an outbox; a single failure when there is none.
    func all(at now: WallTime) -> [Check] {
        var checks = [schema]
        do {
            let report = try StatusReport(OperatorConnection(path: path, for: .looking, busyTimeout: 2), at: now)
            checks.append(Self.journalMode(report.database.journalMode, path: path))
            checks.append(
                SQLiteBuild.check(version: report.database.sqliteVersion, journalMode: report.database.journalMode))
            checks.append(idempotency(report.enforcement))
            checks.append(worker(report.worker))
        } catch {
            checks.append(
                .fail("database", "\(error)", "journey-outbox migrate --database \(ShellWord.quoted(path))"))
        }
        return checks
    }

    private var schema: Check {
        do {
            let report = try SchemaCheck.report(database: path)
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

    private func idempotency(_ learned: Enforcement) -> Check {
        let name = "idempotency"
        switch configuration?.api.idempotency {
        case .enforced: return .ok(name, "enforced, as the configuration says")
        case .absent: return Self.absent("the configuration says that the API ignores idempotency keys")
        case .auto, nil:
            switch learned {
            case .enforced: return .ok(name, "the API honours idempotency keys, as a replay has shown")
            case .unproven: return .ok(name, "not known yet; it is found out before anything is sent a second time")
            case .absent: return Self.absent("the API ignores idempotency keys, as a test without effect has shown")
            }
        }
    }

    private static func absent(_ finding: String) -> Check {
        .warn(
            "idempotency", "\(finding): what may have run waits for a person",
            "ask Spotzee to enforce idempotency keys for the project; see journey-outbox batches list --state in_doubt")
    }

    private func worker(_ record: WorkerRecord?) -> Check {
        guard let holder = WorkerLock.holder(ofDatabase: path) else {
            return .warn("worker", "no worker runs: intents wait", "systemctl start journey-outbox")
        }
        let version = record.map { $0.version } ?? Version.current
        guard version == Version.current else {
            return .warn(
                "worker", "worker \(holder) runs version \(version); this is \(Version.current)",
                "systemctl restart journey-outbox")
        }
        return .ok("worker", "worker \(holder) runs")
    }
}
