import Delivery
import GRDB

/// Looks, by a few index seeks, whether a journey has something due and when it will next.
struct SupplyQuery {
    let db: Database

    func look(_ journey: String, at now: WallTime) throws -> (isSupplied: Bool, nextDue: WallTime?) {
        let hasReady = try Bool.fetchOne(
            db.cachedStatement(
                sql: "SELECT EXISTS (SELECT 1 FROM outbox WHERE journey = ? AND scheduled_at IS NULL)"),
            arguments: [journey])
        let waits = [
            "scheduled_at FROM outbox WHERE journey = ? AND scheduled_at",
            "due_at FROM outbox_waiting WHERE journey = ? AND state = 'retrying' AND due_at",
        ]
        var isSupplied = try hasReady == true || hasLaneToClose(journey)
        var nextDue: WallTime?
        for wait in waits {
            isSupplied = try isSupplied || first("SELECT \(wait) <= ? LIMIT 1", journey, now) != nil
            // What is due already must not hide what comes due next.
            let next = try first("SELECT \(wait) > ? ORDER BY 1 LIMIT 1", journey, now)
            nextDue = [nextDue, next].compactMap { $0 }.min()
        }
        return (isSupplied, nextDue)
    }

    /// Whether a dead letter still keeps a lane though its journey's dead letters block no longer.
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
