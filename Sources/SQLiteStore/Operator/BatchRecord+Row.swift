import Delivery
import GRDB
import Operation

extension BatchRecord {
    /// The columns that are read. All of them come before the long ones in the row.
    static let columns = """
        id, state, journey, key, target, api_key_fingerprint, body_sha256, traceparent, parent_id, size, attempt, \
        possibly_executed_since, due_at, frozen_at, sent_at, settled_at, updated_at, outcome, code, message, request_id
        """

    init(_ row: Row) throws {
        func time(_ column: String) -> WallTime? { (row[column] as Int64?).map(WallTime.init(milliseconds:)) }
        let id: Int64 = row["id"]
        let name: String = row["state"]
        guard let state = BatchState(rawValue: name) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "outbox_batch \(id): unknown state \(name)")
        }
        self.init(
            id: id, state: state, outcome: row["outcome"], journey: row["journey"], key: row["key"],
            target: try Target(text: row["target"]), apiKeyFingerprint: row["api_key_fingerprint"],
            bodySHA256: row["body_sha256"], traceparent: row["traceparent"], parent: row["parent_id"],
            size: row["size"], attempts: row["attempt"], possiblyExecutedSince: time("possibly_executed_since"),
            dueAt: WallTime(milliseconds: row["due_at"]), frozenAt: WallTime(milliseconds: row["frozen_at"]),
            sentAt: time("sent_at"), settledAt: time("settled_at"),
            updatedAt: WallTime(milliseconds: row["updated_at"]), code: row["code"], message: row["message"],
            requestID: row["request_id"])
    }
}
