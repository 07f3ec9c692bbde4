import Delivery
import GRDB

/// Where a claim finds intents that are due.
enum ClaimSource: CaseIterable {
    /// The head of the outbox.
    case ready
    /// Rows of the outbox whose time has come.
    case scheduled
    /// Rows that were taken out before and wait for another turn.
    case waiting

    /// Opens the source at its first due row; the reader stops long before `limit` unless rows are passed over.
    func reader(_ db: Database, journey: String, now: WallTime, limit: Int) throws -> IntentReader {
        switch self {
        case .ready:
            try IntentReader(
                db,
                sql: """
                    SELECT id, 0, 0, \(IntentReader.columns), NULL, NULL FROM outbox
                    WHERE journey = ? AND scheduled_at IS NULL ORDER BY id LIMIT ?
                    """, arguments: [journey, limit])
        case .scheduled:
            try IntentReader(
                db,
                sql: """
                    SELECT id, 0, 0, \(IntentReader.columns), NULL, NULL FROM outbox
                    WHERE journey = ? AND scheduled_at <= ? ORDER BY scheduled_at LIMIT ?
                    """, arguments: [journey, now.milliseconds, limit])
        case .waiting:
            try IntentReader(
                db,
                sql: """
                    SELECT id, attempts, epoch, \(IntentReader.columns), batch_id, refused_alone IS NOT NULL OR NULL
                    FROM outbox_waiting
                    WHERE journey = ? AND state = 'retrying' AND due_at <= ? ORDER BY due_at LIMIT ?
                    """, arguments: [journey, now.milliseconds, limit])
        }
    }

    var table: String { self == .waiting ? "outbox_waiting" : "outbox" }
}
