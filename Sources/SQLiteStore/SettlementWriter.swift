import Delivery
import Foundation
import GRDB

/// Applies what was decided about an answer, inside the caller's savepoint.
///
/// Guarded by the batch's id, attempt and state: an answer that comes too late changes nothing.
struct SettlementWriter {
    let db: Database
    let outbox: String
    let now: WallTime

    /// Applies the settlement and returns the batches frozen out of it; nil when the batch is not where it was.
    func apply(_ settlement: Settlement) throws -> [Batch]? {
        guard try turn(settlement) else { return nil }
        try moveLeaving(settlement)
        let successors = try settlement.successors.flatMap { try freeze($0, of: settlement.batch) }
        if !settlement.leaving.isEmpty || !settlement.successors.isEmpty || !settlement.unproven.isEmpty {
            try keepOnly(settlement, successors: successors)
        }
        try Lanes.close(settlement.deliveredInOrder, db)
        return successors
    }

    /// The batch row itself.
    private func turn(_ settlement: Settlement) throws -> Bool {
        let record = settlement.record
        let batch = settlement.batch
        let state: BatchState
        var due: Int64?
        var stamp = batch.possiblyExecutedSince?.milliseconds
        var outcome: String?
        switch settlement.fate {
        case .settled(let how): (state, outcome) = (.settled, how.rawValue)
        case .sending(let dueAt, let after): (state, due, stamp) = (.sending, dueAt.milliseconds, after?.milliseconds)
        case .inDoubt: state = .inDoubt
        }
        try db.cachedStatement(sql: state == .settled ? Self.settleSQL : Self.goOnSQL).execute(arguments: [
            now.milliseconds, record.code, record.message, record.requestID, due, stamp,
            outcome, state.rawValue, settlement.isReplay ? 1 : 0, record.text(attempt: batch.attempt, at: now),
            batch.id, batch.attempt,
        ])
        return db.changesCount == 1
    }

    /// The first answer and the latest ones are kept.
    private static let answersMax = 50
    private static let note = """
        updated_at = ?1, code = ?2, message = ?3, request_id = ?4, due_at = coalesce(?5, due_at),
          possibly_executed_since = ?6, outcome = ?7, state = ?8, replays = replays + ?9,
          answers = CASE WHEN answers = '[]' THEN '[' || ?10 || ']'
            WHEN json_array_length(answers) < \(answersMax) THEN json_insert(answers, '$[#]', json(?10))
            ELSE json_insert(json_remove(answers, '$[1]'), '$[#]', json(?10)) END
        """
    private static let guardSQL = "WHERE id = ?11 AND attempt = ?12 AND state = 'sending'"
    private static let goOnSQL = "UPDATE outbox_batch SET \(note) \(guardSQL)"
    private static let settleSQL = "UPDATE outbox_batch SET \(note), settled_at = ?1, body = NULL \(guardSQL)"

    // MARK: Members that leave

    private func moveLeaving(_ settlement: Settlement) throws {
        guard !settlement.leaving.isEmpty else { return }
        let members = try settlement.batch.members.decode()
        for (index, leaving) in settlement.leaving.sorted(by: { $0.key < $1.key }) {
            let mover = IntentMover(db: db, now: now, requestID: settlement.record.requestID)
            switch leaving {
            case .dead(let rejection, let attempts):
                try mover.bury(members[index], of: settlement.batch, rejection, attempts: attempts)
            case .waiting(let waiting): try mover.wait(members[index], of: settlement.batch, waiting)
            }
        }
    }

    /// The members at these places, frozen anew under their next epoch.
    private func freeze(_ places: [Int], of batch: Batch) throws -> [Batch] {
        let members = try batch.members.decode()
        let journey = Journey(name: batch.journey, id: batch.target.journey, entranceID: batch.target.entrance)
        let order = ClaimRequest(
            journey: journey, target: batch.target, apiKeyFingerprint: batch.apiKeyFingerprint, batches: 1,
            rowsMax: places.count, bodyBytesMax: .max, linger: .zero)
        var builder = BatchBuilder(order: order, at: now)
        for place in places {
            let admission = members[place].withRow(of: batch) { builder.offer($0) }
            // Members of one batch fit into a part of it; one that did not would be lost, so nothing is applied then.
            if admission == .full || admission == .repeatedContact { throw SettlementFailure.misfit(members[place].id) }
            if case .unsendable(let reason) = admission {
                try IntentMover(db: db, now: now, requestID: nil).bury(
                    members[place], of: batch, Rejection(code: reason.rawValue, message: reason.message),
                    attempts: members[place].attempts)
            }
        }
        guard let request = builder.freeze(outbox: outbox) else { return [] }
        return [
            try BatchTable(db: db).insert(
                request, journey: batch.journey, target: batch.target, apiKeyFingerprint: batch.apiKeyFingerprint,
                parent: batch.id, stamp: nil, at: now)
        ]
    }

    // MARK: Members that stay

    /// Leaves in the row only the members it is the place of, and in `moved` where the others went.
    private func keepOnly(_ settlement: Settlement, successors: [Batch]) throws {
        let gone = Set(settlement.leaving.keys).union(settlement.successors.joined())
        let isInDoubt = settlement.fate == .inDoubt
        let kept = settlement.batch.members.keeping { index in
            isInDoubt ? settlement.unproven.contains(index) : !gone.contains(index)
        }
        let size = isInDoubt ? settlement.unproven.count : settlement.batch.size - gone.count
        try db.cachedStatement(
            sql: "UPDATE outbox_batch SET members = CAST(? AS TEXT), size = ?, moved = ? WHERE id = ?"
        ).execute(arguments: [Data(kept.text), size, try moved(settlement, successors), settlement.batch.id])
        if isInDoubt { try auditProven(settlement, gone: gone) }
    }

    private func moved(_ settlement: Settlement, _ successors: [Batch]) throws -> String {
        let members = try settlement.batch.members.decode()
        var ids: [String: [Int64]] = [:]
        for (index, leaving) in settlement.leaving.sorted(by: { $0.key < $1.key }) {
            switch leaving {
            case .dead: ids["dead", default: []].append(members[index].id)
            case .waiting: ids["retrying", default: []].append(members[index].id)
            }
        }
        if !successors.isEmpty { ids["batches"] = successors.map(\.id) }
        return String(decoding: try JSONEncoder().encode(ids), as: UTF8.self)
    }

    /// The members that a doubtful answer did prove accepted get a settled row of their own, under the same request.
    private func auditProven(_ settlement: Settlement, gone: Set<Int>) throws {
        let isProven = { (index: Int) in !settlement.unproven.contains(index) && !gone.contains(index) }
        let count = (0..<settlement.batch.size).filter(isProven).count
        guard count > 0 else { return }
        try db.execute(
            sql: """
                INSERT INTO outbox_batch (state, journey, key, target, api_key_fingerprint, body_sha256, traceparent,
                  parent_id, first_id, last_id, size, attempt, due_at, frozen_at, sent_at, settled_at, updated_at,
                  outcome, code, message, request_id, answers, members)
                SELECT 'settled', journey, key, target, api_key_fingerprint, body_sha256, traceparent, id, first_id,
                  last_id, ?, attempt, due_at, frozen_at, sent_at, ?, ?, 'delivered', code, message, request_id, answers,
                  CAST(? AS TEXT)
                FROM outbox_batch WHERE id = ?
                """,
            arguments: [
                count, now.milliseconds, now.milliseconds, Data(settlement.batch.members.keeping(isProven).text),
                settlement.batch.id,
            ])
    }
}

/// Why a settlement was not applied: the batch stays as it is, and its request is asked for again.
enum SettlementFailure: Error, Equatable {
    /// A member that does not fit into a part of its own batch.
    case misfit(Int64)
}
