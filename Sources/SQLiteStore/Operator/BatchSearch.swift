import Delivery
import GRDB
import Operation

/// Finds the requests that contained an intent, by the ranges of ids of the requests, in short read transactions.
///
/// There is no index from intents to requests, because it would slow down every delivery. A request of one intent is
/// found by one seek. Requests of several intents are searched in their index alone, starting at the intent's id.
struct BatchSearch {
    /// Index entries read in one transaction, at most.
    static let windowEntries = 20_000

    let connection: OperatorConnection
    let intent: Int64

    func find(onProgress: (Double) -> Void) throws -> [BatchDetail] {
        var found: [Int64: BatchDetail] = [:]
        try add(
            try connection.read { try Int64.fetchAll($0.cachedStatement(sql: Self.alone), arguments: [intent]) },
            to: &found)
        let last = try connection.read { try Int64.fetchOne($0, sql: Self.lastEnd) ?? 0 }
        var position = intent
        while position <= last {
            let (end, candidates) = try connection.read { db in
                let end = try Int64.fetchOne(db.cachedStatement(sql: Self.windowEnd), arguments: [position]) ?? last
                return (
                    end, try Int64.fetchAll(db.cachedStatement(sql: Self.among), arguments: [intent, position, end])
                )
            }
            try add(candidates, to: &found)
            onProgress(Double(end - intent + 1) / Double(max(1, last - intent + 1)))
            position = end + 1
        }
        try addParents(to: &found)
        return found.values.sorted { $0.record.id < $1.record.id }
    }

    // MARK: Searching the indexes

    /// Requests with this intent alone. The range instead of an equality keeps the condition of the partial index.
    static let alone = "SELECT id FROM outbox_batch WHERE first_id = last_id AND first_id BETWEEN ?1 AND ?1"
    static let lastEnd = "SELECT max(last_id) FROM outbox_batch WHERE first_id <> last_id"
    static let windowEnd = """
        SELECT last_id FROM outbox_batch WHERE first_id <> last_id AND last_id >= ? ORDER BY last_id
        LIMIT 1 OFFSET \(windowEntries - 1)
        """
    static let among = """
        SELECT id FROM outbox_batch
        WHERE first_id <> last_id AND last_id >= ?2 AND last_id <= ?3 AND first_id <= ?1
          AND (moved IS NOT NULL OR instr(members, '[' || ?1 || ',') > 0)
        """

    private func add(_ candidates: [Int64], to found: inout [Int64: BatchDetail]) throws {
        for id in candidates {
            guard let batch = try BatchDetail.find(id, connection), names(batch) else { continue }
            found[id] = batch
        }
    }

    /// Whether the intent is, or was, a member.
    private func names(_ batch: BatchDetail) -> Bool {
        batch.members.contains { $0.id == intent }
            || batch.moved.contains { $0.key != "batches" && $0.value.contains(intent) }
    }

    /// A request that was split lists no members. The requests that were frozen from it name it as their parent.
    private func addParents(to found: inout [Int64: BatchDetail]) throws {
        var open = found.values.compactMap(\.record.parent)
        while let id = open.popLast() {
            guard found[id] == nil, let parent = try BatchDetail.find(id, connection) else {
                continue
            }
            found[id] = parent
            if let next = parent.record.parent { open.append(next) }
        }
    }
}
