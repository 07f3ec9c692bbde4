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

    var table: IntentTable { self == .waiting ? .waiting : .outbox }

    /// Opens the source at its first due row; the reader stops long before `limit` unless rows are passed over.
    func reader(_ db: Database, journey: String, now: WallTime, limit: Int) throws -> IntentReader {
        // Each condition names the words of its partial index, which SQLite uses only where they are implied.
        switch self {
        case .ready:
            try IntentReader(
                db, from: table, where: "journey = ? AND scheduled_at IS NULL ORDER BY id LIMIT ?",
                arguments: [journey, limit])
        case .scheduled:
            try IntentReader(
                db, from: table, where: "journey = ? AND scheduled_at <= ? ORDER BY scheduled_at LIMIT ?",
                arguments: [journey, now.milliseconds, limit])
        case .waiting:
            try IntentReader(
                db, from: table,
                where: "journey = ? AND state = 'retrying' AND due_at <= ? ORDER BY due_at LIMIT ?",
                arguments: [journey, now.milliseconds, limit])
        }
    }
}
