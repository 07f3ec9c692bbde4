import Delivery
import GRDB

/// Finds, by a few index seeks, whether a journey has something due and when it will next.
struct DueWorkQuery {
    let db: Database

    func look(_ journey: String, at now: WallTime) throws -> (hasDue: Bool, nextDue: WallTime?) {
        let hasReady = try Bool.fetchOne(
            db.cachedStatement(
                sql: "SELECT EXISTS (SELECT 1 FROM outbox WHERE journey = ? AND scheduled_at IS NULL)"),
            arguments: [journey])
        var hasDue = try hasReady == true || hasLaneToClose(journey)
        for wait in [Self.scheduled, Self.waiting] where !hasDue {
            hasDue = try first("SELECT \(wait) <= ? LIMIT 1", journey, now) != nil
        }
        return (hasDue, try nextDue(journey, after: now))
    }

    /// When the next intent of the journey becomes due; intents that are due already do not count.
    func nextDue(_ journey: String, after now: WallTime) throws -> WallTime? {
        let scheduled = try first(Self.nextScheduled, journey, now)
        let waiting = try first(Self.nextWaiting, journey, now)
        guard let scheduled, let waiting else { return scheduled ?? waiting }
        return min(scheduled, waiting)
    }

    private static let scheduled = "scheduled_at FROM outbox WHERE journey = ? AND scheduled_at"
    private static let waiting = "due_at FROM outbox_waiting WHERE journey = ? AND state = 'retrying' AND due_at"
    private static let nextScheduled = "SELECT \(scheduled) > ? ORDER BY 1 LIMIT 1"
    private static let nextWaiting = "SELECT \(waiting) > ? ORDER BY 1 LIMIT 1"

    /// Whether a dead letter still keeps a lane although dead letters of its journey block no longer.
    private func hasLaneToClose(_ journey: String) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM outbox_lane INDEXED BY outbox_lane_dead
                        WHERE journey = ?1 AND is_dead = 1)
                      AND NOT EXISTS (SELECT 1 FROM outbox_blocking WHERE journey = ?1)
                    """),
            arguments: [journey]) == true
    }

    private func first(_ sql: String, _ journey: String, _ now: WallTime) throws -> WallTime? {
        try Int64.fetchOne(db.cachedStatement(sql: sql), arguments: [journey, now.milliseconds])
            .map(WallTime.init(milliseconds:))
    }
}
