import Delivery
import Foundation
import GRDB

/// Applies a person's word to one batch in doubt, inside the caller's transaction.
///
/// Members that were not chosen stay in doubt in the batch's own row, under its key and bytes.
struct BatchResolution {
    let db: Database
    let batch: Batch
    let members: [Member]
    /// The places of the members meant, at least one.
    let chosen: [Int]
    let now: WallTime

    private var isWhole: Bool { chosen.count == members.count }

    /// They were entered: their record is that of any delivered intent.
    func deliver() throws {
        if isWhole {
            try settle(members: batch.members, size: members.count, note: "resolved_delivered")
        } else {
            let record = try insertRecord()
            try keepOthers(moving: "batches", ids: [record])
        }
        try db.execute(
            sql: """
                INSERT INTO outbox_journey (journey, delivered) VALUES (?1, ?2)
                ON CONFLICT (journey) DO UPDATE SET delivered = delivered + ?2
                """, arguments: [batch.journey, chosen.count])
        try Lanes.close(chosen.filter { members[$0].orderingKey != nil }.map { members[$0].id }, db)
    }

    /// They go back to wait, under their next epoch and so under a new key; no attempt is spent.
    func resend() throws {
        let mover = IntentMover(db: db, now: now, requestID: nil)
        for place in chosen {
            try mover.wait(
                members[place], of: batch,
                Settlement.Waiting(
                    attempts: members[place].attempts, dueAt: now, rejection: nil, isRefusedAlone: false))
        }
        let ids = chosen.map { members[$0].id }
        guard isWhole else { return try keepOthers(moving: "retrying", ids: ids) }
        try note(moving: "retrying", ids: ids)
        try settle(members: MemberList(text: Array("[]".utf8)), size: 0, note: "resolved_resend")
    }

    /// They are given up, and end as dead letters.
    func discard(_ reason: Rejection) throws {
        let mover = IntentMover(db: db, now: now, requestID: nil)
        for place in chosen {
            try mover.bury(members[place], of: batch, reason, attempts: members[place].attempts)
        }
        let ids = chosen.map { members[$0].id }
        guard isWhole else { return try keepOthers(moving: "dead", ids: ids) }
        try note(moving: "dead", ids: ids)
        try settle(members: MemberList(text: Array("[]".utf8)), size: 0, note: reason.code)
    }

    private func settle(members: MemberList, size: Int, note: String) throws {
        try db.execute(
            sql: """
                UPDATE outbox_batch SET state = 'settled', outcome = ?, settled_at = ?, updated_at = ?, body = NULL,
                  members = CAST(? AS TEXT), size = ?, answers = \(Self.answersWithNote)
                WHERE id = ? AND state = 'in_doubt'
                """,
            arguments: [
                BatchOutcome.resolved.rawValue, now.milliseconds, now.milliseconds, Data(members.text), size,
                now.milliseconds, note, batch.id,
            ])
    }

    /// A settled row of their own for the members that were delivered, under the same request.
    private func insertRecord() throws -> Int64 {
        let places = Set(chosen)
        try db.execute(
            sql: """
                INSERT INTO outbox_batch (state, journey, key, target, api_key_fingerprint, body_sha256, traceparent,
                  parent_id, first_id, last_id, size, attempt, possibly_executed_since, due_at, frozen_at, sent_at,
                  settled_at, updated_at, outcome, code, message, request_id, answers, members)
                SELECT 'settled', journey, key, target, api_key_fingerprint, body_sha256, traceparent, id, first_id,
                  last_id, ?, attempt, possibly_executed_since, due_at, frozen_at, sent_at, ?, ?, ?, code, message,
                  request_id, \(Self.answersWithNote), CAST(? AS TEXT)
                FROM outbox_batch WHERE id = ?
                """,
            arguments: [
                chosen.count, now.milliseconds, now.milliseconds, BatchOutcome.resolved.rawValue, now.milliseconds,
                "resolved_delivered", Data(batch.members.keeping(places.contains).text), batch.id,
            ])
        return db.lastInsertedRowID
    }

    /// Leaves the others in doubt, and notes where the chosen went.
    private func keepOthers(moving kind: String, ids: [Int64]) throws {
        let places = Set(chosen)
        let others = batch.members.keeping { !places.contains($0) }
        try db.execute(
            sql: "UPDATE outbox_batch SET members = CAST(? AS TEXT), size = ?, updated_at = ? WHERE id = ?",
            arguments: [Data(others.text), members.count - chosen.count, now.milliseconds, batch.id])
        try note(moving: kind, ids: ids)
    }

    private func note(moving kind: String, ids: [Int64]) throws {
        let text = try String.fetchOne(db, sql: "SELECT moved FROM outbox_batch WHERE id = ?", arguments: [batch.id])
        var moved = try text.map { try JSONDecoder().decode([String: [Int64]].self, from: Data($0.utf8)) } ?? [:]
        moved[kind, default: []] += ids
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try db.execute(
            sql: "UPDATE outbox_batch SET moved = ? WHERE id = ?",
            arguments: [String(decoding: try encoder.encode(moved), as: UTF8.self), batch.id])
    }

    /// The answers so far and, last, that a person decided.
    private static let answersWithNote = """
        json_insert(answers, '$[#]', json_object('attempt', attempt, 'at', ?, 'status', NULL, 'code', ?, \
        'message', NULL, 'request_id', NULL))
        """
}
