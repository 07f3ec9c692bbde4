import Delivery
import GRDB

/// Finds since when the intent that has waited longest could have been delivered, by index seeks.
struct OldestDue {
    /// Journeys whose first row is looked at, and open batches whose first member is, at most.
    static let journeysMax = 1_000
    static let batchesMax = 64

    let db: Database
    let now: WallTime

    /// Nil when nothing is due. What is in doubt, dead or scheduled for later does not wait for the worker.
    func find() throws -> WallTime? {
        let names = JourneyNames(db: db)
        let heads = try names.names(in: .ready, most: Self.journeysMax).compactMap {
            try time(
                "SELECT created_at FROM outbox WHERE journey = CAST(? AS TEXT) AND scheduled_at IS NULL ORDER BY id LIMIT 1",
                $0)
        }
        let due = try names.names(in: .due, most: Self.journeysMax).compactMap {
            try time(
                """
                SELECT scheduled_at FROM outbox WHERE journey = CAST(? AS TEXT) AND scheduled_at <= \(now.milliseconds)
                ORDER BY scheduled_at LIMIT 1
                """, $0)
        }
        let waiting = try time(
            "SELECT max(created_at, coalesce(scheduled_at, 0)) FROM outbox_waiting WHERE ? IS NULL ORDER BY id LIMIT 1",
            nil)
        let sending = try time(
            """
            SELECT min(max(\(MemberColumn.createdAt.sqlOfFirst), coalesce(\(MemberColumn.scheduledAt.sqlOfFirst), 0))) FROM (
              SELECT members FROM outbox_batch WHERE state <> 'settled' AND state = 'sending' AND ? IS NULL
              LIMIT \(Self.batchesMax))
            """, nil)
        return (heads + due + [waiting, sending].compactMap { $0 }).min()
    }

    private func time(_ sql: String, _ argument: JourneyName?) throws -> WallTime? {
        try Int64.fetchOne(db.cachedStatement(sql: sql), arguments: [argument]).map(WallTime.init(milliseconds:))
    }
}
