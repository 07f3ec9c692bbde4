import Delivery
import Foundation
import GRDB

/// Moves intents of an adopted database to where they belong, inside the caller's transaction.
struct AdoptedMove {
    /// The code and message of what a person gave up when adopting.
    static let discarded = Rejection(
        code: "discarded", message: "given up when the database was adopted; it may have been delivered before")

    /// The code and message of what the ledger proves delivered.
    private static let proven = Rejection(code: "ledger", message: "the ledger proves it delivered")

    let db: Database
    let table: IntentTable
    let now: WallTime

    /// To the list of a settled batch, as any delivered intent: the ledger has it, the request's record is gone.
    func deliver(_ ids: [Int64], of journey: String) throws {
        let list = try Self.list(ids)
        let count = try BatchTable(db: db).insertAdopted(list, from: table, Self.proven, at: now)
        guard count > 0 else { return }
        try JourneyTable(db: db).add(delivered: count, to: journey)
        // An intent that was delivered holds nobody back. Gone first: a lane must not go to a row that leaves as well.
        try remove(list)
        try LaneTable.close(ids, db)
    }

    /// To the dead letters, from which a person may still retry them.
    func discard(_ ids: [Int64]) throws {
        // One by one, for the lanes' sake: each end gives its lane to the oldest row that is left.
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
