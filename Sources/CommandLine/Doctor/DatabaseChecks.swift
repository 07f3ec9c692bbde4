import Delivery
import Operation
import Settings

/// Checks of the outbox in the database.
struct DatabaseChecks {
    let engine: any OutboxEngine
    let configuration: Configuration?

    /// All checks that need an outbox; one failed check instead of them where there is none.
    func all(at now: WallTime) -> [Check] {
        var checks = [engine.checks.schema()]
        do {
            let store = try engine.operatorStore(for: .looking, lockWait: 2)
            let report = try store.status(at: now)
            checks += engine.checks.settings(of: report.database)
            checks.append(idempotency(report.enforcement))
            checks.append(worker(report.worker, store.workers().holder))
        } catch {
            checks.append(
                .fail(
                    "database", "\(error)",
                    "journey-outbox migrate --database \(ShellWord.quoted(engine.database))"))
        }
        return checks
    }

    private func idempotency(_ learned: Enforcement) -> Check {
        let name = "idempotency"
        switch configuration?.api.idempotency {
        case .enforced: return .ok(name, "enforced, as the configuration says")
        case .absent: return Self.absent("the configuration says that the API ignores idempotency keys")
        case .auto, nil:
            switch learned {
            case .enforced: return .ok(name, "the API enforces idempotency keys, as a repeated request has shown")
            case .unproven:
                return .ok(name, "not known yet; the worker finds out before it sends anything a second time")
            case .absent: return Self.absent("the API ignores idempotency keys, as a test without effect has shown")
            }
        }
    }

    private static func absent(_ finding: String) -> Check {
        .warn(
            "idempotency", "\(finding): requests that may have run wait for the operator",
            "ask Spotzee to enforce idempotency keys for the project; see journey-outbox batches list --state in_doubt")
    }

    private func worker(_ record: WorkerRecord?, _ holder: String?) -> Check {
        guard let holder else {
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
