import Delivery
import Foundation
import GRDB

/// Applies the operator's decision to one batch in doubt, inside the caller's transaction.
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
        try JourneyTable(db: db).add(delivered: chosen.count, to: batch.journey)
        try LaneTable.close(chosen.filter { members[$0].orderingKey != nil }.map { members[$0].id }, db)
    }

    /// They go back to wait, under their next epoch and so under a new key; no attempt is spent.
    func resend() throws {
        for place in chosen {
            let waiting = Settlement.Waiting(
                attempts: members[place].attempts, dueAt: now, rejection: nil, isRefusedAlone: false)
            try WaitingTable(db: db, now: now).insert(members[place], of: batch, waiting, requestID: nil)
        }
        let ids = chosen.map { members[$0].id }
        guard isWhole else { return try keepOthers(moving: "retrying", ids: ids) }
        try note(moving: "retrying", ids: ids)
        try settle(members: MemberList.empty, size: 0, note: "resolved_resend")
    }

    /// They are given up, and end as dead letters.
    func discard(_ reason: Rejection) throws {
        for place in chosen {
            try DeadTable(db: db, now: now)
                .insert(members[place], of: batch, reason, attempts: members[place].attempts, requestID: nil)
        }
        let ids = chosen.map { members[$0].id }
        guard isWhole else { return try keepOthers(moving: "dead", ids: ids) }
        try note(moving: "dead", ids: ids)
        try settle(members: MemberList.empty, size: 0, note: reason.code)
    }

    private func settle(members: MemberList, size: Int, note: String) throws {
        try db.execute(
            sql: """
                UPDATE outbox_batch SET state = 'settled', outcome = :outcome, settled_at = :now, updated_at = :now,
                  body = NULL, members = CAST(:members AS TEXT), size = :size,
                  answers = \(BatchTable.answersWithResolution)
                WHERE id = :id AND state = 'in_doubt'
                """,
            arguments: [
                "outcome": BatchOutcome.resolved.rawValue, "now": now.milliseconds, "members": Data(members.text),
                "size": size, "resolution": note, "id": batch.id,
            ])
    }

    /// A settled row of their own for the members that were delivered, under the same request.
    private func insertRecord() throws -> Int64 {
        let places = Set(chosen)
        return try BatchTable(db: db).insertRecord(
            of: batch, members: batch.members.keeping(places.contains), size: chosen.count, outcome: .resolved,
            resolution: "resolved_delivered", at: now)
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
}
