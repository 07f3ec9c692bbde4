import Delivery
import Foundation
import GRDB

/// The words and numbers of `outbox_meta`.
extension SQLiteStore {
    static func requireFence(_ fence: Int64?, _ db: Database) throws {
        let stored = try Int64.fetchOne(db.cachedStatement(sql: "SELECT value FROM outbox_meta WHERE key = 'fence'"))
        guard stored == fence else { throw StoreError.fenced }
    }

    static func meta(_ db: Database, _ key: String) throws -> String? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT value FROM outbox_meta WHERE key = ?"), arguments: [key])
    }

    static func setMeta(_ db: Database, _ key: String, _ value: String?) throws {
        try db.cachedStatement(
            sql: "INSERT INTO outbox_meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2"
        ).execute(arguments: [key, value])
    }

    /// The outbox's uuid, minted when a worker first meets the database: a migrated template must not give two
    /// databases one uuid.
    static func mintIdentity(_ db: Database) throws -> String {
        if let uuid = try meta(db, "uuid") { return uuid }
        let uuid = UUID().uuidString.lowercased()
        try setMeta(db, "uuid", uuid)
        return uuid
    }
}
