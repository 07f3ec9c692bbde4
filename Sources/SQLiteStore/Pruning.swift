import Delivery
import GRDB

/// Removes records of what has ended, a bounded number at a time, with the dedup keys that end with them.
struct Pruning {
    /// Records removed in one transaction, at most.
    static let stepMax = 200

    let db: Database
    let before: WallTime

    /// One step; true when there may be more to remove.
    func step() throws -> Bool {
        let batches = try pruneBatches()
        let dead = try pruneDead()
        return batches == Self.stepMax || dead == Self.stepMax
    }

    private func pruneBatches() throws -> Int {
        let ids = try Int64.fetchAll(
            db,
            sql: "SELECT id FROM outbox_batch WHERE state = 'settled' AND settled_at < ? ORDER BY settled_at LIMIT ?",
            arguments: [before.milliseconds, Self.stepMax])
        for id in ids {
            try db.cachedStatement(
                sql: """
                    DELETE FROM outbox_dedup WHERE (journey, dedup_key) IN (
                      SELECT batch.journey, json_extract(member.value, '$[7]')
                      FROM outbox_batch AS batch, json_each(batch.members) AS member
                      WHERE batch.id = ? AND json_extract(member.value, '$[7]') IS NOT NULL)
                    """
            ).execute(arguments: [id])
            try db.cachedStatement(sql: "DELETE FROM outbox_batch WHERE id = ?").execute(arguments: [id])
        }
        return ids.count
    }

    private func pruneDead() throws -> Int {
        let ids = try Int64.fetchAll(
            db, sql: "SELECT id FROM outbox_dead WHERE updated_at < ? ORDER BY updated_at LIMIT ?",
            arguments: [before.milliseconds, Self.stepMax])
        for id in ids {
            try db.cachedStatement(
                sql: """
                    DELETE FROM outbox_dedup WHERE intent_id = ?1 AND (journey, dedup_key) IN (
                      SELECT journey, dedup_key FROM outbox_dead WHERE id = ?1)
                    """
            ).execute(arguments: [id])
            try db.cachedStatement(sql: "DELETE FROM outbox_dead WHERE id = ?").execute(arguments: [id])
        }
        return ids.count
    }
}
