import Delivery
import Foundation
import GRDB

/// Moves intents of an adopted database to where they belong, inside the caller's transaction.
struct AdoptedMove {
    /// The code and message of what a person gave up when adopting.
    static let discarded = Rejection(
        code: "discarded", message: "given up when the database was adopted; it may have been delivered before")

    let db: Database
    let table: AdoptedRows.Table
    let now: WallTime

    /// To the list of a settled batch, as any delivered intent: the ledger has it, the request's record is gone.
    func deliver(_ ids: [Int64], of journey: String) throws {
        let list = try Self.list(ids)
        let none = Target(url: "", journey: 0, entrance: nil, version: "")
        let past = table == .outbox ? "0, 0" : "attempts, epoch"
        let before = table == .outbox ? "NULL" : "batch_id"
        try db.execute(
            sql: """
                INSERT INTO outbox_batch (state, journey, key, target, api_key_fingerprint, body_sha256, first_id, last_id,
                  size, attempt, due_at, frozen_at, settled_at, updated_at, outcome, code, message, members)
                SELECT 'settled', journey, 'adopted', :target, '', '', min(id), max(id), count(*), 0, :now, :now, :now, :now,
                  'resolved', 'ledger', 'the ledger proves it delivered', json_group_array(json_array(id, \(past),
                    external_id, anonymous_id, email, ordering_key, dedup_key, scheduled_at, expires_at, created_at,
                    traceparent, NULL, NULL, NULL, NULL, \(before)))
                FROM \(table.rawValue) WHERE id IN (SELECT value FROM json_each(:ids)) GROUP BY journey
                """, arguments: ["target": none.text(), "now": now.milliseconds, "ids": list])
        guard db.changesCount > 0 else { return }
        let count = try Int.fetchOne(
            db, sql: "SELECT size FROM outbox_batch WHERE id = ?", arguments: [db.lastInsertedRowID])
        try db.execute(
            sql: """
                INSERT INTO outbox_journey (journey, delivered) VALUES (?1, ?2)
                ON CONFLICT (journey) DO UPDATE SET delivered = delivered + ?2
                """, arguments: [journey, count])
        // An intent that was delivered holds nobody back. Gone first: a lane must not go to a row that leaves as well.
        try remove(list)
        try Lanes.close(ids, db)
    }

    /// To the dead letters, from which a person may still retry them.
    func discard(_ ids: [Int64]) throws {
        let past = table == .outbox ? "0, 0, NULL, NULL" : "attempts, epoch, request_id, batch_id"
        // One by one, for the lanes' sake: each end gives its lane to the oldest row that is left.
        for id in ids {
            try db.cachedStatement(
                sql: """
                    INSERT INTO outbox_dead (id, journey, \(IntentReader.columns), attempts, epoch, request_id, batch_id,
                      state, code, message, updated_at)
                    SELECT id, journey, \(IntentReader.columns), \(past), 'dead', ?, ?, ? FROM \(table.rawValue) WHERE id = ?
                    """
            ).execute(arguments: [Self.discarded.code, Self.discarded.message, now.milliseconds, id])
            try remove(Self.list([id]))
        }
    }

    private func remove(_ ids: String) throws {
        try db.cachedStatement(sql: "UPDATE outbox_meta SET value = 1 WHERE key = 'moving'").execute()
        try db.cachedStatement(sql: "DELETE FROM \(table.rawValue) WHERE id IN (SELECT value FROM json_each(?))")
            .execute(arguments: [ids])
        try db.cachedStatement(sql: "UPDATE outbox_meta SET value = 0 WHERE key = 'moving'").execute()
    }

    private static func list(_ ids: [Int64]) throws -> String {
        String(decoding: try JSONEncoder().encode(ids), as: UTF8.self)
    }
}
