import Delivery
import Foundation
import GRDB

/// Applies what was decided about an answer, inside the caller's savepoint.
///
/// Every settlement is guarded by the batch's id, attempt and state: an answer that comes too late changes nothing.
struct SettlementWriter {
    let db: Database
    let outbox: String
    let now: WallTime

    /// Applies the settlement and returns the batches frozen out of it; nil when the batch is not where it was.
    ///
    /// Throws `SettlementFailure` when the decision does not fit the batch; the savepoint is then to be rolled back.
    func apply(_ settlement: Settlement) throws -> [Batch]? {
        guard try turn(settlement) else { return nil }
        try moveLeaving(settlement)
        let successors = try settlement.successors.flatMap { try freeze($0, of: settlement.batch) }
        if !settlement.isOfWholeBatch { try keepOnly(settlement, successors: successors) }
        try LaneTable.close(settlement.deliveredInOrder, db)
        return successors
    }

    /// Changes the batch row itself; false when it is not where it was.
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
        assert(state == .sending || BatchState.sending.successors.contains(state), "a batch changes state by the table")
        try db.cachedStatement(sql: state == .settled ? Self.settleSQL : Self.goOnSQL).execute(arguments: [
            now.milliseconds, record.code, record.message, record.requestID, due, stamp,
            outcome, state.rawValue, settlement.isReplay ? 1 : 0, record.text(attempt: batch.attempt, at: now),
            batch.id, batch.attempt,
        ])
        return db.changesCount == 1
    }

    /// How many answers a batch row keeps: the first and the latest ones.
    private static let answersMax = 50
    private static let change = """
        updated_at = ?1, code = ?2, message = ?3, request_id = ?4, due_at = coalesce(?5, due_at),
          possibly_executed_since = ?6, outcome = ?7, state = ?8, replays = replays + ?9,
          answers = CASE WHEN answers = '[]' THEN '[' || ?10 || ']'
            WHEN json_array_length(answers) < \(answersMax) THEN json_insert(answers, '$[#]', json(?10))
            ELSE json_insert(json_remove(answers, '$[1]'), '$[#]', json(?10)) END
        """
    /// An answer applies only to the attempt that it answers.
    private static let guardSQL = "WHERE id = ?11 AND attempt = ?12 AND state = 'sending'"
    private static let goOnSQL = "UPDATE outbox_batch SET \(change) \(guardSQL)"
    private static let settleSQL = "UPDATE outbox_batch SET \(change), settled_at = ?1, body = NULL \(guardSQL)"

    // MARK: Members that leave

    private func moveLeaving(_ settlement: Settlement) throws {
        guard !settlement.leaving.isEmpty else { return }
        let batch = settlement.batch
        let requestID = settlement.record.requestID
        let members = try batch.members.decode()
        for (place, leaving) in settlement.leaving.sorted(by: { $0.key < $1.key }) {
            switch leaving {
            case .dead(let rejection, let attempts):
                try DeadTable(db: db, now: now)
                    .insert(members[place], of: batch, rejection, attempts: attempts, requestID: requestID)
            case .waiting(let waiting):
                try WaitingTable(db: db, now: now).insert(members[place], of: batch, waiting, requestID: requestID)
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
            // Members of one batch fit into a part of it. One that did not would be lost, so nothing is applied then.
            if admission == .full || admission == .repeatedContact { throw SettlementFailure.misfit(members[place].id) }
            if case .unsendable(let reason) = admission {
                try DeadTable(db: db, now: now).insert(
                    members[place], of: batch, Rejection(code: reason.rawValue, message: reason.message),
                    attempts: members[place].attempts, requestID: nil)
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

    /// Leaves in the row only the members that stay in it, and in `moved` where the others went.
    private func keepOnly(_ settlement: Settlement, successors: [Batch]) throws {
        let gone = Set(settlement.leaving.keys).union(settlement.successors.joined())
        let isInDoubt = settlement.fate == .inDoubt
        let kept = settlement.batch.members.keeping { index in
            isInDoubt ? settlement.unproven.contains(index) : !gone.contains(index)
        }
        let size = isInDoubt ? settlement.unproven.count : settlement.batch.size - gone.count
        // A member that is neither kept nor moved would be lost, and one that goes to two places delivered twice.
        let goneCount = settlement.leaving.count + settlement.successors.reduce(0) { $0 + $1.count }
        guard kept.count == size, gone.count == goneCount, settlement.unproven.isDisjoint(with: gone) else {
            throw SettlementFailure.miscounted(settlement.batch.id)
        }
        try db.cachedStatement(
            sql: "UPDATE outbox_batch SET members = CAST(? AS TEXT), size = ?, moved = ? WHERE id = ?"
        ).execute(arguments: [Data(kept.text), size, try moved(settlement, successors), settlement.batch.id])
        if isInDoubt { try recordProven(settlement, gone: gone) }
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
    private func recordProven(_ settlement: Settlement, gone: Set<Int>) throws {
        let isProven = { (index: Int) in !settlement.unproven.contains(index) && !gone.contains(index) }
        let count = (0..<settlement.batch.size).filter(isProven).count
        guard count > 0 else { return }
        _ = try BatchTable(db: db).insertRecord(
            of: settlement.batch, members: settlement.batch.members.keeping(isProven), size: count,
            outcome: .delivered, resolution: nil, at: now)
    }
}

extension Settlement {
    /// Whether all members stay in the batch's own row.
    fileprivate var isOfWholeBatch: Bool { leaving.isEmpty && successors.isEmpty && unproven.isEmpty }
}

/// Why a settlement was not applied: the batch stays as it is, and its request is asked for again.
enum SettlementFailure: Error, Equatable {
    /// A member that does not fit into a part of its own batch.
    case misfit(Int64)
    /// A batch whose members are not all accounted for.
    case miscounted(Int64)
}
