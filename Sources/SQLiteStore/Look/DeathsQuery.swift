import Delivery
import GRDB

/// The intents that became dead letters since a moment: what a drain has to report.
public struct DeathsQuery {
    /// One dead letter, with the API's code and message.
    public struct Death: Sendable {
        public var id: Int64
        public var journey: String
        public var code: String
        public var message: String
    }

    /// The first of them, and how many there are.
    public struct Deaths: Sendable {
        public var rows: [Death]
        public var count: Int
    }

    /// Dead letters that are named one by one.
    static let rowsMax = 100

    private let queue: DatabaseQueue

    public init(database: String) throws {
        queue = try OutboxConnection.open(database, label: "deaths")
    }

    public func deaths(since time: WallTime) throws -> Deaths {
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
            return Deaths(
                rows: rows.map { Death(id: $0[0], journey: $0[1], code: $0[2] ?? "", message: $0[3] ?? "") },
                count: count ?? 0)
        }
    }
}
