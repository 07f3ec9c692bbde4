import Delivery
import GRDB
import Operation

extension IntentRecord {
    /// - Parameter row: with the columns of `IntentColumns`.
    init(_ row: Row, state: IntentState) {
        self.init(
            id: row["id"], journey: row["journey"], externalID: row["external_id"], anonymousID: row["anonymous_id"],
            email: row["email"], state: state, attempts: row["attempts"], code: row["code"], message: row["message"],
            requestID: row["request_id"], batch: row["batch_id"],
            dueAt: (row["due_at"] as Int64?).map(WallTime.init(milliseconds:)),
            createdAt: WallTime(milliseconds: row["created_at"]), updatedAt: WallTime(milliseconds: row["updated_at"]))
    }
}
