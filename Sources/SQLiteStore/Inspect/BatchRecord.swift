import Delivery
import Foundation
import GRDB

/// A request as a person looks at it: what was sent, where to, and what came of it.
public struct BatchRecord: Sendable {
    /// The columns read, all of which stand before the long ones.
    static let columns = """
        id, state, journey, key, target, api_key_fingerprint, body_sha256, traceparent, parent_id, size, attempt, \
        possibly_executed_since, due_at, frozen_at, sent_at, settled_at, updated_at, outcome, code, message, request_id
        """

    public let id: Int64
    public let state: BatchState
    public let outcome: String?
    public let journey: String
    public let key: String
    public let target: Target
    public let apiKeyFingerprint: String
    /// The SHA-256 of the exact body, also after the body was dropped.
    public let bodySHA256: String
    public let traceparent: String?
    public let parent: Int64?
    public let size: Int
    public let attempts: Int
    public let possiblyExecutedSince: WallTime?
    public let dueAt: WallTime
    public let frozenAt: WallTime
    public let sentAt: WallTime?
    public let settledAt: WallTime?
    public let updatedAt: WallTime
    public let code: String?
    public let message: String?
    public let requestID: String?

    init(_ row: Row) throws {
        func time(_ column: String) -> WallTime? { (row[column] as Int64?).map(WallTime.init(milliseconds:)) }
        id = row["id"]
        let name: String = row["state"]
        guard let state = BatchState(rawValue: name) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "outbox_batch \(id): unknown state \(name)")
        }
        self.state = state
        outcome = row["outcome"]
        journey = row["journey"]
        key = row["key"]
        target = try Target(text: row["target"])
        apiKeyFingerprint = row["api_key_fingerprint"]
        bodySHA256 = row["body_sha256"]
        traceparent = row["traceparent"]
        parent = row["parent_id"]
        size = row["size"]
        attempts = row["attempt"]
        possiblyExecutedSince = time("possibly_executed_since")
        dueAt = WallTime(milliseconds: row["due_at"])
        frozenAt = WallTime(milliseconds: row["frozen_at"])
        sentAt = time("sent_at")
        settledAt = time("settled_at")
        updatedAt = WallTime(milliseconds: row["updated_at"])
        code = row["code"]
        message = row["message"]
        requestID = row["request_id"]
    }
}
