import Delivery
import Foundation
import GRDB
import Operation

extension DeadLetter {
    /// Reads one dead letter; nil when there is none with this id.
    static func find(_ id: Int64, _ connection: OperatorConnection) throws -> DeadLetter? {
        let row = try connection.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT \(IntentColumns(place: .dead).list), epoch, ordering_key, dedup_key, scheduled_at, expires_at,
                      traceparent, CAST(profile AS BLOB) AS profile, CAST(data AS BLOB) AS data
                    FROM outbox_dead WHERE id = ? AND state = 'dead'
                    """, arguments: [id])
        }
        return row.map(DeadLetter.init)
    }

    private init(_ row: Row) {
        func time(_ column: String) -> WallTime? { (row[column] as Int64?).map(WallTime.init(milliseconds:)) }
        self.init(
            record: IntentRecord(row, state: .dead), epoch: row["epoch"], orderingKey: row["ordering_key"],
            dedupKey: row["dedup_key"], scheduledAt: time("scheduled_at"), expiresAt: time("expires_at"),
            traceparent: row["traceparent"], profile: (row["profile"] as Data?).map { Array($0) },
            data: (row["data"] as Data?).map { Array($0) })
    }
}
