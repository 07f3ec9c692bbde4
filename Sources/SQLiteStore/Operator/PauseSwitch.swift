import Delivery
import GRDB
import Operation

/// A person's own pause, and a push for doors that are shut for other reasons.
///
/// A running worker notices the change with the commit; its own pauses it keeps.
package struct PauseSwitch {
    let connection: OperatorConnection
    let now: WallTime

    package init(_ connection: OperatorConnection, at now: WallTime) {
        self.connection = connection
        self.now = now
    }

    /// Stops everything or one journey until a person resumes it; false when it was paused already.
    package func pause(_ scope: Pause.Scope, reason: String?) throws -> Bool {
        try connection.write { db in
            let table = PauseTable(db: db)
            let isPaused = try table.all().contains { $0.scope == scope && $0.cause == Pause.operatorCause }
            try table.put(
                Pause(
                    scope: scope, cause: Pause.operatorCause, detail: reason, requestID: nil, since: now,
                    nextProbe: nil,
                    probes: 0))
            return !isPaused
        }
    }

    /// Takes back a person's pause of exactly this scope, and lets refused doors be tried at once.
    ///
    /// Resuming everything tries the doors of every journey; a rate limit keeps its time, since the API set it.
    package func resume(_ scope: Pause.Scope) throws -> ResumeReport {
        try connection.write { db in
            let table = PauseTable(db: db)
            var resumed = ResumeReport()
            for var pause in try table.all() {
                if pause.scope == scope && pause.cause == Pause.operatorCause {
                    try table.remove(scope, cause: pause.cause)
                    resumed.wasPaused = true
                } else if isRefusedDoor(pause, of: scope) {
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

    private func isRefusedDoor(_ pause: Pause, of scope: Pause.Scope) -> Bool {
        pause.nextProbe != nil && pause.cause != Pause.rateCause && pause.cause != Pause.operatorCause
            && (scope == .everything || pause.scope == scope)
    }
}
