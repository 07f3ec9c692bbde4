import Delivery
import GRDB

/// A range of one index in which all intents of a journey have the same state. Counts and listings read along it.
///
/// Every condition repeats the condition of its partial index, because SQLite uses the index only where it is implied
/// (sqlite.org/partialindex.html, "Queries Using Partial Indexes").
enum IntentPlace: String, CaseIterable, Codable {
    /// In the outbox, without a time.
    case ready
    /// In the outbox, and due.
    case due
    case scheduled
    case retrying
    case blocked
    case sending
    case inDoubt
    case dead
    case cancelled

    var state: IntentState {
        switch self {
        case .ready, .due: .pending
        case .scheduled: .scheduled
        case .retrying: .retrying
        case .blocked: .blocked
        case .sending: .sending
        case .inDoubt: .inDoubt
        case .dead: .dead
        case .cancelled: .cancelled
        }
    }

    var table: String {
        switch self {
        case .ready, .due, .scheduled: "outbox"
        case .retrying, .blocked: "outbox_waiting"
        case .sending, .inDoubt: "outbox_batch"
        case .dead, .cancelled: "outbox_dead"
        }
    }

    /// Whether the intents are members of a batch and are stored in its row.
    var isBatch: Bool { table == "outbox_batch" }

    /// The condition of the rows in this place, apart from the journey. Times are compared with `now`.
    func condition(at now: WallTime) -> String {
        switch self {
        case .ready: "scheduled_at IS NULL"
        case .due: "scheduled_at <= \(now.milliseconds)"
        case .scheduled: "scheduled_at > \(now.milliseconds)"
        case .sending, .inDoubt: "state <> 'settled' AND state = '\(state.rawValue)'"
        case .retrying, .blocked, .dead, .cancelled: "state = '\(state.rawValue)'"
        }
    }

    /// Like `condition`, but true for all rows of a journey in the index, so that one seek finds the next journey.
    var namesCondition: String {
        switch self {
        case .ready: "scheduled_at IS NULL"
        case .due, .scheduled: "scheduled_at IS NOT NULL"
        case .retrying, .blocked: "state = '\(state.rawValue)'"
        case .sending, .inDoubt: "state <> 'settled' AND state = '\(state.rawValue)'"
        case .dead, .cancelled: "true"
        }
    }

    /// The column that follows the journey in the index; nil when that is the id.
    var sortColumn: String? {
        switch self {
        case .due, .scheduled: "scheduled_at"
        case .retrying: "due_at"
        default: nil
        }
    }

    /// The places that have an index. Without one for blocked intents, a search for them would read the whole table.
    static func indexed(in db: Database) throws -> [IntentPlace] {
        let canFindBlocked = try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (SELECT 1 FROM sqlite_master
                  WHERE type = 'index' AND tbl_name = 'outbox_waiting' AND sql LIKE '%''blocked''%')
                """)
        return canFindBlocked == true ? allCases : allCases.filter { $0 != .blocked }
    }
}
