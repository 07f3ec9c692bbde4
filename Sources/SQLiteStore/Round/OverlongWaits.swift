import Delivery
import GRDB

/// Ends waits that are longer than any rule allows: the clock has gone back since they were stored.
struct OverlongWaits {
    /// Rows in one transaction, at most: tens of milliseconds of the write lock.
    static let rowsMax = 2000

    let db: Database
    let now: WallTime

    /// Lets rows that wait for a time after `end` be due now, and says which journeys they belong to.
    func end(_ end: WallTime?, into result: inout RoundResult) throws {
        guard let end else { return }
        var room = Self.rowsMax
        for journey in try JourneyNames(db: db).names(in: .retrying) where room > 0 {
            let late = try Int64.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT id FROM outbox_waiting WHERE journey = CAST(? AS TEXT) AND state = 'retrying' AND due_at > ? LIMIT ?
                        """), arguments: [journey, end.milliseconds, room])
            guard !late.isEmpty else { continue }
            let update = try db.cachedStatement(sql: "UPDATE outbox_waiting SET due_at = ? WHERE id = ?")
            for id in late { try update.execute(arguments: [now.milliseconds, id]) }
            result.released.insert(journey.text)
            room -= late.count
            assert(room >= 0, "a transaction changes a bounded number of rows")
        }
        result.hasOverlongWaits = room == 0
    }
}
