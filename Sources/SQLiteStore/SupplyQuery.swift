import Delivery
import GRDB

/// Looks, by three index seeks, whether a journey has something due and when it will next.
struct SupplyQuery {
    let db: Database

    func look(_ journey: String, at now: WallTime) throws -> (isSupplied: Bool, nextDue: WallTime?) {
        let hasReady = try Bool.fetchOne(
            db.cachedStatement(
                sql: "SELECT EXISTS (SELECT 1 FROM outbox WHERE journey = ? AND scheduled_at IS NULL)"),
            arguments: [journey])
        let times = try [
            "SELECT min(scheduled_at) FROM outbox WHERE journey = ? AND scheduled_at IS NOT NULL",
            "SELECT min(due_at) FROM outbox_waiting WHERE journey = ? AND state = 'retrying'",
        ].compactMap { sql in
            try Int64.fetchOne(db.cachedStatement(sql: sql), arguments: [journey]).map(WallTime.init(milliseconds:))
        }
        let isDue = times.contains { $0 <= now }
        return (hasReady == true || isDue, times.filter { $0 > now }.min())
    }
}
