import Delivery
import Foundation
import GRDB

/// Moves intents of an adopted database to their final tables, inside the caller's transaction.
struct AdoptedMove {
    /// The code and message of intents that the operator discarded at an adoption.
    static let discarded = Rejection(
        code: "discarded", message: "discarded when the database was adopted; it may have been delivered before")

    /// The code and message of intents that the ledger proves delivered.
    private static let proven = Rejection(code: "ledger", message: "the ledger proves that it was delivered")

    let db: Database
    let table: IntentTable
    let now: WallTime

    /// Moves them to the list of a settled batch, as any delivered intent. The ledger proves the delivery, but the record
    /// of its request no longer exists.
    func deliver(_ ids: [Int64], of journey: String) throws {
        let list = try Self.list(ids)
        let count = try BatchTable(db: db).insertAdopted(list, from: table, Self.proven, at: now)
        guard count > 0 else { return }
        try JourneyTable(db: db).add(delivered: count, to: journey)
        // A delivered intent releases its lane. The rows are removed first, because a lane must not pass to a row that is
        // removed as well.
        try remove(list)
        try LaneTable.close(ids, db)
    }

    /// Moves them to the dead letters, which the operator can still retry.
    func discard(_ ids: [Int64]) throws {
        // One by one, because each end passes its lane to the oldest row that is left.
        for id in ids {
            try DeadTable(db: db, now: now).insert(id, from: table, Self.discarded)
            try remove(Self.list([id]))
        }
    }

    private func remove(_ ids: String) throws {
        try MetaTable(db: db).moving {
            try db.cachedStatement(sql: "DELETE FROM \(table.rawValue) WHERE id IN (SELECT value FROM json_each(?))")
                .execute(arguments: [ids])
        }
    }

    private static func list(_ ids: [Int64]) throws -> String {
        String(decoding: try JSONEncoder().encode(ids), as: UTF8.self)
    }
}
