import Delivery
import Foundation
import GRDB

/// A key of `outbox_meta`: everything the outbox stores about itself.
///
/// Producers and operators read some of them (docs/schema.md), so that neither a name nor a type may change.
enum MetaKey: String, CaseIterable {
    /// How SQLite stores a key's value.
    enum Storage {
        case integer, text
    }

    /// The number of applied migrations that changed the schema; written by the migrations alone.
    case schemaVersion = "schema_version"
    /// 1 only inside a worker's own transaction: the delete trigger tells the worker's moves from a cancel by it.
    case moving
    /// The number of the worker that may write; each worker that takes over raises it.
    case fence

    // Which outbox this is.
    case uuid
    /// The worker's state directory.
    case stateDirectory = "state_dir"
    case deployment
    /// The highest intent id that is known to be given.
    case highestID = "id_mark"
    /// The lowest id that the outbox may hold.
    case lowestID = "id_floor"
    /// JSON of the adoption that an operator has begun.
    case adoption

    /// JSON of the latest worker's record about itself.
    case worker
    /// Since when a reader has kept the write-ahead log from being used again, in milliseconds.
    case pinnedSince = "wal_pinned_since"

    // What a worker has learned about the API.
    case enforcement
    /// The base URL and the API key's fingerprint that `enforcement` is about.
    case enforcementSubject = "enforcement_of"
    case bodyBytesMax = "body_bytes_max"
    /// Requests per second, as decimal text.
    case learnedLimit = "learned_limit"
    /// The latest wall time known to have come, in milliseconds.
    case clockHighWater = "clock_high_water"
    /// How far the API's clock is ahead, in milliseconds.
    case clockAPIAhead = "clock_api_ahead"
    /// When the latest requests left that no batch records: milliseconds, separated by commas.
    case extraRequests = "asked"

    var storage: Storage {
        switch self {
        case .schemaVersion, .moving, .fence, .highestID, .lowestID: .integer
        default: .text
        }
    }
}

/// The rows of `outbox_meta`, inside the caller's transaction.
struct MetaTable {
    let db: Database

    // MARK: Reading

    /// The value as text; nil when there is none.
    func text(_ key: MetaKey) throws -> String? {
        try String.fetchOne(db.cachedStatement(sql: Self.selectSQL), arguments: [key.rawValue])
    }

    /// The value as a number; nil when there is none, or a text that is no number.
    func integer(_ key: MetaKey) throws -> Int64? {
        switch key.storage {
        case .integer: try Int64.fetchOne(db.cachedStatement(sql: Self.selectSQL), arguments: [key.rawValue])
        case .text: try text(key).flatMap { Int64($0) }
        }
    }

    private static let selectSQL = "SELECT value FROM outbox_meta WHERE key = ?"

    // MARK: Writing

    /// Stores a text; nil stores that there is none.
    func set(_ key: MetaKey, _ value: String?) throws {
        assert(key.storage == .text, "\(key.rawValue) is stored as a number")
        try store(key, value)
    }

    /// Stores a number.
    func set(_ key: MetaKey, _ value: Int64) throws {
        assert(key.storage == .integer, "\(key.rawValue) is stored as a text")
        try store(key, value)
    }

    func remove(_ key: MetaKey) throws {
        try db.cachedStatement(sql: "DELETE FROM outbox_meta WHERE key = ?").execute(arguments: [key.rawValue])
    }

    private func store(_ key: MetaKey, _ value: (some DatabaseValueConvertible)?) throws {
        // A value that is stored already is not written once more: its page stays clean.
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_meta (key, value) VALUES (?1, ?2)
                ON CONFLICT (key) DO UPDATE SET value = ?2 WHERE value IS NOT ?2
                """
        ).execute(arguments: [key.rawValue, value])
    }

    // MARK: The fence

    /// Throws `StoreError.fenced` when another worker has taken over since this one did.
    func require(fence: Int64?) throws {
        guard try integer(.fence) == fence else { throw StoreError.fenced }
    }

    /// Takes over from the worker before: it can write nothing once this is committed.
    func raiseFence() throws -> Int64 {
        try db.cachedStatement(sql: "UPDATE outbox_meta SET value = value + 1 WHERE key = ?")
            .execute(arguments: [MetaKey.fence.rawValue])
        guard let fence = try integer(.fence) else { throw BrokenInvariant("outbox_meta has a row `fence`") }
        assert(fence > 0, "a fence that was raised is above 0")
        return fence
    }

    /// Raises the fence to at least this, so that no number is given twice.
    func raiseFence(to fence: Int64) throws {
        try db.cachedStatement(sql: "UPDATE outbox_meta SET value = max(value, ?2) WHERE key = ?1")
            .execute(arguments: [MetaKey.fence.rawValue, fence])
    }

    // MARK: The worker's own moves

    /// Lets `body` delete rows of `outbox` as moves; every other delete of such a row counts as a cancel.
    func moving<Result>(_ body: () throws -> Result) throws -> Result {
        try setMoving(1)
        let result = try body()
        // An error rolls the transaction back, and the flag with it.
        try setMoving(0)
        return result
    }

    private func setMoving(_ value: Int64) throws {
        try db.cachedStatement(sql: "UPDATE outbox_meta SET value = ?2 WHERE key = ?1")
            .execute(arguments: [MetaKey.moving.rawValue, value])
        // Without the flag the trigger would keep each moved intent a second time, as cancelled.
        guard db.changesCount == 1 else { throw BrokenInvariant("outbox_meta has a row `moving`") }
    }

    // MARK: Identity

    /// The outbox's uuid, minted when a worker first meets the database: a migrated template must not give two
    /// databases one uuid.
    func mintIdentity() throws -> String {
        if let uuid = try text(.uuid) { return uuid }
        let uuid = UUID().uuidString.lowercased()
        try set(.uuid, uuid)
        return uuid
    }
}

/// A rule about stored data that does not hold: the transaction is rolled back, and the worker ends with the rule.
///
/// Such a rule is checked in every build, because going on would lose an intent or deliver one twice.
struct BrokenInvariant: Error, Equatable, CustomStringConvertible {
    let rule: String

    init(_ rule: String) {
        self.rule = rule
    }

    var description: String { "the database breaks a rule of the outbox: \(rule)" }
}
