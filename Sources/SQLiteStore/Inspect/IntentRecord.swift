import Delivery
import GRDB

/// An intent as a listing shows it, without its payload.
public struct IntentRecord: Sendable, Equatable {
    public let id: Int64
    public let journey: String
    public let externalID: String?
    public let anonymousID: String?
    public let email: String?
    public let state: IntentState
    public let attempts: Int
    public let code: String?
    public let message: String?
    public let requestID: String?
    /// The batch it travels in, or last travelled in.
    public let batch: Int64?
    /// When it will be tried, where a time is set.
    public let dueAt: WallTime?
    public let createdAt: WallTime
    public let updatedAt: WallTime

    init(_ row: Row, state: IntentState) {
        id = row["id"]
        journey = row["journey"]
        externalID = row["external_id"]
        anonymousID = row["anonymous_id"]
        email = row["email"]
        self.state = state
        attempts = row["attempts"]
        code = row["code"]
        message = row["message"]
        requestID = row["request_id"]
        batch = row["batch_id"]
        dueAt = (row["due_at"] as Int64?).map(WallTime.init(milliseconds:))
        createdAt = WallTime(milliseconds: row["created_at"])
        updatedAt = WallTime(milliseconds: row["updated_at"])
    }
}
