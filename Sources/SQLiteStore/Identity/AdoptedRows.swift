import Delivery
import Deployment
import Foundation
import GRDB
import Operation

/// The intents of an adopted database that are rows of a table, and not members of a batch.
struct AdoptedRows {
    typealias Table = IntentTable

    /// The number of intents that are looked up in the ledger together. The ledger is read once for each such group.
    static let windowMax = 100_000
    /// Intents moved by one statement.
    static let chunkMax = 100

    let connection: OperatorConnection
    let need: AdoptionNeed
    let proofs: DeliveryProofs
    let now: WallTime

    private struct Sorted {
        var proven: [String: [Int64]] = [:]
        var unproven: [Int64] = []
        var reused = 0
    }

    func go(
        _ table: Table, _ choice: AdoptionChoice?, _ report: inout AdoptionReport, onProgress: (Double) -> Void
    ) throws {
        var after: Int64 = 0
        while true {
            let ids = try connection.read { db in
                try Int64.fetchAll(
                    db,
                    sql: """
                        SELECT id FROM \(table.rawValue) WHERE id > ? AND id <= ? AND \(table.condition)
                        ORDER BY id LIMIT ?
                        """, arguments: [after, need.mark, Self.windowMax])
            }
            guard let last = ids.last else { break }
            let sorted = try sort(ids, in: table)
            try settle(sorted, in: table, choice) { share in
                onProgress((Double(after) + Double(last - after) * share) / Double(max(1, need.mark)))
            }
            after = last
            onProgress(Double(last) / Double(max(1, need.mark)))
            report.proven += sorted.proven.values.reduce(0) { $0 + $1.count }
            guard table != .dead else { continue }
            report.unproven += sorted.unproven.count
            report.new += sorted.reused
        }
        guard table != .dead else { return }
        report.new += try connection.read { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM \(table.rawValue) WHERE id > ?", arguments: [need.mark]) ?? 0
        }
    }

    /// Sorts intents by id and content: proven delivered, reusing the id of another intent, or unproven.
    private func sort(_ ids: [Int64], in table: Table) throws -> Sorted {
        let proofs = try proofs(Set(ids))
        var sorted = Sorted()
        try connection.read { db in
            for id in ids {
                guard let delivered = proofs[id] else {
                    sorted.unproven.append(id)
                    continue
                }
                guard let (journey, digest) = try digest(of: id, in: table, db) else { continue }
                if digest.map({ delivered.contains($0) }) == true {
                    sorted.proven[journey, default: []].append(id)
                } else {
                    sorted.reused += 1
                }
            }
        }
        return sorted
    }

    private func digest(of id: Int64, in table: Table, _ db: Database) throws -> (String, UInt64?)? {
        let journey = try String.fetchOne(
            db.cachedStatement(sql: "SELECT journey FROM \(table.rawValue) WHERE id = ?"), arguments: [id])
        guard let journey else { return nil }
        var digest: UInt64?
        let reader = try IntentReader(
            db, from: table, where: "id = ?", arguments: [id])
        try reader.forEach(db) { row, _ in
            digest = IntentDigest(row, journey: journey)?.digest
            return false
        }
        return (journey, digest)
    }

    // MARK: Changes

    private enum Step {
        case deliver(journey: String, [Int64])
        case discard([Int64])
    }

    private func settle(
        _ sorted: Sorted, in table: Table, _ choice: AdoptionChoice?, onProgress: (Double) -> Void
    ) throws {
        guard let choice else { return }
        var steps: [Step] = sorted.proven.sorted { $0.key < $1.key }.flatMap { journey, ids in
            Self.chunks(ids).map { Step.deliver(journey: journey, $0) }
        }
        if choice == .discard && table != .dead { steps += Self.chunks(sorted.unproven).map(Step.discard) }
        try WriteTurns(connection: connection).forEach(steps, onTurn: onProgress) { db, step in
            let move = AdoptedMove(db: db, table: table, now: now)
            switch step {
            case .deliver(let journey, let ids): try move.deliver(ids, of: journey)
            case .discard(let ids): try move.discard(ids)
            }
        }
    }

    private static func chunks(_ ids: [Int64]) -> [[Int64]] {
        stride(from: 0, to: ids.count, by: chunkMax).map { Array(ids[$0..<min($0 + chunkMax, ids.count)]) }
    }
}

extension IntentTable {
    /// The condition of the rows that an adoption is about. A dead letter can have been retried and delivered.
    fileprivate var condition: String { self == .dead ? "state = 'dead'" : "true" }
}
