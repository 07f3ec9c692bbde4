import Delivery
import Foundation
import GRDB

/// A dead letter with everything that is kept of it.
public struct DeadLetter: Sendable {
    public let record: IntentRecord
    public let epoch: Int
    public let orderingKey: String?
    public let dedupKey: String?
    public let scheduledAt: WallTime?
    public let expiresAt: WallTime?
    public let traceparent: String?
    /// The stored text, byte for byte; it need not be JSON, since that may be why the letter is dead.
    public let profile: [UInt8]?
    public let data: [UInt8]?

    /// Reads one dead letter; nil when there is none of that id.
    public static func find(_ id: Int64, _ connection: OperatorConnection) throws -> DeadLetter? {
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
        record = IntentRecord(row, state: .dead)
        epoch = row["epoch"]
        orderingKey = row["ordering_key"]
        dedupKey = row["dedup_key"]
        scheduledAt = (row["scheduled_at"] as Int64?).map(WallTime.init(milliseconds:))
        expiresAt = (row["expires_at"] as Int64?).map(WallTime.init(milliseconds:))
        traceparent = row["traceparent"]
        profile = (row["profile"] as Data?).map { Array($0) }
        data = (row["data"] as Data?).map { Array($0) }
    }
}
