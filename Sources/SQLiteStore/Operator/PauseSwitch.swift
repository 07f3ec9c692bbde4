import Delivery
import GRDB
import Operation

/// Sets and removes the operator's pause, and lets pauses by the API be probed at once.
///
/// A running worker notices the change with the commit. It keeps its own pauses.
package struct PauseSwitch {
    let connection: OperatorConnection
    let now: WallTime

    package init(_ connection: OperatorConnection, at now: WallTime) {
        self.connection = connection
        self.now = now
    }

    /// Pauses everything or one journey until the operator resumes it. False when it was paused already.
    package func pause(_ scope: Pause.Scope, reason: String?) throws -> Bool {
        try connection.write { db in
            let table = PauseTable(db: db)
            let isPaused = try table.all().contains { $0.scope == scope && $0.cause == .byOperator }
            try table.put(
                Pause(
                    scope: scope, cause: .byOperator, detail: reason, requestID: nil, since: now,
                    nextProbe: nil,
                    probes: 0))
            return !isPaused
        }
    }

    /// Removes the operator's pause of exactly this scope, and lets pauses by the API be probed at once.
    ///
    /// Resuming everything probes the pauses of every journey. A rate limit keeps its time, because the API set it.
    package func resume(_ scope: Pause.Scope) throws -> ResumeReport {
        try connection.write { db in
            let table = PauseTable(db: db)
            var resumed = ResumeReport()
            for var pause in try table.all() {
                if pause.scope == scope && pause.cause == .byOperator {
                    try table.remove(scope, cause: pause.cause)
                    resumed.wasPaused = true
                } else if isProbeable(pause, of: scope) {
                    pause.nextProbe = now
                    try table.put(pause)
                    resumed.probing.append(pause)
                } else if scope == .everything || pause.scope == scope || pause.scope == .everything {
                    resumed.remaining.append(pause)
                }
            }
            return resumed
        }
    }

    private func isProbeable(_ pause: Pause, of scope: Pause.Scope) -> Bool {
        pause.nextProbe != nil && pause.cause != .rateLimited && pause.cause != .byOperator
            && (scope == .everything || pause.scope == scope)
    }
}
