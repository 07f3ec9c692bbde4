import Delivery
import GRDB

/// The rows of `outbox_pause`.
public struct PauseTable {
    let db: Database

    public init(db: Database) {
        self.db = db
    }

    /// Every stored pause, by scope and cause.
    public func all() throws -> [Pause] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT scope, cause, detail, request_id, since, next_probe, probes FROM outbox_pause
                    ORDER BY scope, cause
                    """)
        ).map { row in
            Pause(
                scope: Pause.Scope(text: row[0]), cause: PauseCause(text: row[1]), detail: row[2], requestID: row[3],
                since: WallTime(milliseconds: row[4]), nextProbe: (row[5] as Int64?).map(WallTime.init(milliseconds:)),
                probes: row[6])
        }
    }

    /// Applies the changes in order; the end of a pause for refused rows lets those rows wait like any other.
    func apply(_ changes: [PauseChange], at now: WallTime) throws {
        for change in changes {
            switch change {
            case .put(let pause): try put(pause)
            case .remove(let scope, let cause):
                try remove(scope, cause: cause)
                if case .journey(let name) = scope, cause == .rowsRefused {
                    try RefusedRows(db: db, journey: name, now: now).clearRefusal()
                }
            }
        }
    }

    /// Stores a pause, or changes the stored one of the same scope and cause, which keeps its beginning.
    public func put(_ pause: Pause) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_pause (scope, cause, detail, request_id, since, next_probe, probes)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (scope, cause) DO UPDATE SET detail = excluded.detail, request_id = excluded.request_id,
                  since = min(since, excluded.since), next_probe = excluded.next_probe, probes = excluded.probes
                """
        ).execute(arguments: [
            pause.scope.text, pause.cause.text, pause.detail, pause.requestID, pause.since.milliseconds,
            pause.nextProbe?.milliseconds, pause.probes,
        ])
    }

    public func remove(_ scope: Pause.Scope, cause: PauseCause) throws {
        try db.cachedStatement(sql: "DELETE FROM outbox_pause WHERE scope = ? AND cause = ?")
            .execute(arguments: [scope.text, cause.text])
    }
}
