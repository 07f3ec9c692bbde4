import Delivery
import GRDB

/// Finds the requests that an intent was in, newest first, in short read transactions.
///
/// There is no index from intents to requests, which would cost every delivery something: what is kept is looked
/// through, back to when the intent was inserted.
struct BatchSearch {
    private static let windowRows = 2_000
    /// How far a clock may have gone back between the insertion and the freeze.
    private static let clockSlack: Duration = .seconds(300)

    let connection: OperatorConnection
    let intent: Int64

    /// - Parameter createdAt: when the intent was inserted, where that is known already.
    func find(createdAt: WallTime?, onProgress: (Double) -> Void) throws -> [BatchDetail] {
        var found: [Int64: BatchDetail] = [:]
        var since = createdAt
        var position =
            try connection.read { db in
                try Int64.fetchOne(db, sql: "SELECT max(id) FROM outbox_batch") ?? 0
            } + 1
        let first = try connection.read { try Int64.fetchOne($0, sql: "SELECT min(id) FROM outbox_batch") ?? 0 }
        let newest = position
        while position > first {
            let window = try window(below: position)
            for id in window.candidates {
                guard let batch = try BatchDetail.find(id, connection, withSuccessors: false), let hit = hit(batch)
                else { continue }
                found[id] = batch
                since = since ?? hit.createdAt
            }
            onProgress(Double(newest - window.start) / Double(max(1, newest - first)))
            position = window.start
            if let since, let frozen = window.frozenAt, frozen < since - Self.clockSlack { break }
        }
        try addParents(to: &found)
        return found.values.sorted { $0.record.id < $1.record.id }
    }

    /// Whether the intent is, or was, a member; its insertion's time where the request still lists it.
    private func hit(_ batch: BatchDetail) -> (isMember: Bool, createdAt: WallTime?)? {
        if let member = batch.members.first(where: { $0.id == intent }) { return (true, member.createdAt) }
        let hasLeft = batch.moved.contains { $0.key != "batches" && $0.value.contains(intent) }
        return hasLeft ? (false, nil) : nil
    }

    /// A request that was split or shrunk lists nobody; those frozen out of it name it.
    private func addParents(to found: inout [Int64: BatchDetail]) throws {
        var open = found.values.compactMap(\.record.parent)
        while let id = open.popLast() {
            guard found[id] == nil, let parent = try BatchDetail.find(id, connection, withSuccessors: false) else {
                continue
            }
            found[id] = parent
            if let next = parent.record.parent { open.append(next) }
        }
    }

    private func window(below id: Int64) throws -> (start: Int64, frozenAt: WallTime?, candidates: [Int64]) {
        try connection.read { db in
            let end = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT id, frozen_at FROM outbox_batch WHERE id < ? ORDER BY id DESC
                        LIMIT 1 OFFSET \(Self.windowRows - 1)
                        """), arguments: [id])
            let start: Int64 = end?[0] ?? 0
            let candidates = try Int64.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT id FROM outbox_batch
                        WHERE id < ?1 AND id >= ?2 AND first_id <= ?3 AND last_id >= ?3 ORDER BY id DESC
                        """), arguments: [id, start, intent])
            return (start, (end?[1] as Int64?).map(WallTime.init(milliseconds:)), candidates)
        }
    }
}
