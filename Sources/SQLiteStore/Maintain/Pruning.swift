import Delivery
import GRDB

/// Removes records of what has ended, a bounded number at a time, with the dedup keys that end with them.
struct Pruning {
    /// Records looked at in one transaction, at most.
    static let stepMax = 200
    /// A transaction also ends once it has held the lock for this long.
    static let heldMax: Duration = .milliseconds(10)

    /// Where the next step goes on among the dead letters: those before it are removed, or are kept.
    struct Position: Equatable, Sendable {
        var updatedAt: Int64 = .min
        var id: Int64 = .min
    }

    let db: Database
    let before: WallTime
    var position: Position
    private let start = ContinuousClock.now

    init(db: Database, before: WallTime, position: Position) {
        self.db = db
        self.before = before
        self.position = position
    }

    /// One step; true when there may be more to remove.
    mutating func step() throws -> Bool {
        let hasMoreBatches = try pruneBatches()
        let hasMoreDead = try pruneDead()
        return hasMoreBatches || hasMoreDead
    }

    private var isLate: Bool { ContinuousClock.now - start > Self.heldMax }

    private func pruneBatches() throws -> Bool {
        let ids = try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT id FROM outbox_batch WHERE state = 'settled' AND settled_at < ? ORDER BY settled_at LIMIT ?
                    """),
            arguments: [before.milliseconds, Self.stepMax])
        for id in ids {
            try db.cachedStatement(
                sql: """
                    DELETE FROM outbox_dedup WHERE (journey, dedup_key, intent_id) IN (
                      SELECT batch.journey, \(MemberColumn.dedupKey.sql), \(MemberColumn.id.sql)
                      FROM outbox_batch AS batch, json_each(batch.members) AS member
                      WHERE batch.id = ? AND \(MemberColumn.dedupKey.sql) IS NOT NULL)
                    """
            ).execute(arguments: [id])
            try db.cachedStatement(sql: "DELETE FROM outbox_batch WHERE id = ?").execute(arguments: [id])
            if isLate { return true }
        }
        return ids.count == Self.stepMax
    }

    /// A dead letter that keeps its lane is kept as well: other intents wait until an operator decides about it.
    private mutating func pruneDead() throws -> Bool {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT updated_at, id, EXISTS (SELECT 1 FROM outbox_lane WHERE open_id = outbox_dead.id)
                    FROM outbox_dead WHERE updated_at < ? AND (updated_at, id) > (?, ?)
                    ORDER BY updated_at, id LIMIT ?
                    """),
            arguments: [before.milliseconds, position.updatedAt, position.id, Self.stepMax])
        for row in rows {
            let (updatedAt, id, holdsLane): (Int64, Int64, Bool) = (row[0], row[1], row[2])
            assert((updatedAt, id) > (position.updatedAt, position.id), "pruning only goes on")
            position = Position(updatedAt: updatedAt, id: id)
            if !holdsLane { try remove(id) }
            if isLate { return true }
        }
        return rows.count == Self.stepMax
    }

    private func remove(_ id: Int64) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM outbox_dedup WHERE intent_id = ?1 AND (journey, dedup_key) IN (
                  SELECT journey, dedup_key FROM outbox_dead WHERE id = ?1)
                """
        ).execute(arguments: [id])
        try db.cachedStatement(sql: "DELETE FROM outbox_dead WHERE id = ?").execute(arguments: [id])
    }
}
