import Delivery
import GRDB
import Operation

extension IntentTrace {
    /// Searches for an intent. `onProgress` is called with the share of the stored requests that was searched.
    package init(
        of id: Int64, _ connection: OperatorConnection, at now: WallTime, onProgress: (Double) -> Void = { _ in }
    ) throws {
        let (record, wait, lastID, pauses, enforcement) = try connection.read { db in
            let record = try IntentLookup(db: db, now: now).find(id)
            return (
                record, try record.map { try Self.wait(db, $0, at: now) } ?? Wait(),
                try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'") ?? 0,
                try PauseTable(db: db).all(),
                try MetaTable(db: db).text(.enforcement).flatMap(Enforcement.init(rawValue:)) ?? .unproven
            )
        }
        let isUntouched = record.map { $0.state == .pending || $0.state == .scheduled } ?? !(1...max(1, lastID) ~= id)
        let search = BatchSearch(connection: connection, intent: id)
        self.init(
            id: id, record: record, wait: wait,
            batches: isUntouched ? [] : try search.find(onProgress: onProgress), lastID: lastID, pauses: pauses,
            enforcement: enforcement)
    }

    private static func wait(_ db: Database, _ record: IntentRecord, at now: WallTime) throws -> Wait {
        let tables: [(String, [IntentState])] = [
            ("outbox", [.pending, .scheduled]), ("outbox_waiting", [.retrying, .blocked]),
        ]
        guard let table = tables.first(where: { $0.1.contains(record.state) })?.0 else { return Wait() }
        let refused = table == "outbox" ? "NULL" : "refused_alone"
        let row = try Row.fetchOne(
            db, sql: "SELECT scheduled_at, expires_at, ordering_key, \(refused) FROM \(table) WHERE id = ?",
            arguments: [record.id])
        guard let row else { return Wait() }
        var wait = Wait()
        wait.scheduledAt = (row[0] as Int64?).map(WallTime.init(milliseconds:))
        wait.expiresAt = (row[1] as Int64?).map(WallTime.init(milliseconds:))
        wait.orderingKey = row[2]
        wait.isRefusedAlone = (row[3] as String?) != nil
        if record.state == .pending {
            wait.ahead =
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT count(*) FROM (SELECT 1 FROM outbox
                          WHERE journey = (SELECT journey FROM outbox WHERE id = ?1) AND scheduled_at IS NULL AND id < ?1
                          LIMIT \(aheadMax))
                        """, arguments: [record.id]) ?? 0
        }
        if record.state == .blocked, try db.tableExists("outbox_lane") {
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT open_id, is_dead FROM outbox_lane
                    WHERE (journey, ordering_key) = (SELECT journey, ordering_key FROM outbox_waiting WHERE id = ?)
                    ORDER BY open_id LIMIT 1
                    """, arguments: [record.id])
            wait.laneHolder = row.map { LaneHolder(id: $0[0], isDead: $0[1]) }
        }
        return wait
    }
}
