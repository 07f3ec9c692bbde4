import Delivery
import GRDB
import Operation

/// The intents that became dead letters since a moment: what a drain has to report.
struct DeathsQuery {
    /// Dead letters that are named one by one.
    static let rowsMax = 100

    private let queue: DatabaseQueue

    init(database: String) throws {
        queue = try OutboxConnection.open(database, label: "deaths")
    }

    func deaths(since time: WallTime) throws -> DeathReport {
        try queue.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, journey, code, message FROM outbox_dead
                    WHERE updated_at >= ? AND state = 'dead' ORDER BY updated_at, id LIMIT ?
                    """, arguments: [time.milliseconds, Self.rowsMax])
            let count = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM outbox_dead WHERE updated_at >= ? AND state = 'dead'",
                arguments: [time.milliseconds])
            return DeathReport(
                deaths: rows.map { .init(id: $0[0], journey: $0[1], code: $0[2] ?? "", message: $0[3] ?? "") },
                count: count ?? 0)
        }
    }
}
