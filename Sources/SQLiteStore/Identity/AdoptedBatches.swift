import Delivery
import Deployment
import Foundation
import GRDB
import Operation

/// The open requests of an adopted database. They were frozen before the copy, and their answers are unknown here.
struct AdoptedBatches {
    /// The number of requests whose members are looked up in the ledger together.
    static let windowMax = 500

    let connection: OperatorConnection
    let proofs: DeliveryProofs
    let now: WallTime

    func go(_ choice: AdoptionChoice?, _ report: inout AdoptionReport) throws {
        let ids = try connection.read { db in
            try Int64.fetchAll(db, sql: "SELECT id FROM outbox_batch WHERE state <> 'settled' ORDER BY id")
        }
        for start in stride(from: 0, to: ids.count, by: Self.windowMax) {
            let window = Array(ids[start..<min(start + Self.windowMax, ids.count)])
            let members = try connection.read { db in
                try window.compactMap { try BatchTable(db: db).find($0) }.flatMap {
                    (IntentDigest.members(of: $0) ?? []).map(\.id)
                }
            }
            let proofs = try proofs(Set(members))
            if choice == nil {
                for id in window {
                    try connection.read { db in try settle(id, nil, proofs, db, &report) }
                }
            } else {
                try WriteTurns(connection: connection).forEach(window) { db, id in
                    try settle(id, choice, proofs, db, &report)
                }
            }
        }
    }

    private func settle(
        _ id: Int64, _ choice: AdoptionChoice?, _ proofs: [Int64: Set<UInt64>], _ db: Database,
        _ report: inout AdoptionReport
    ) throws {
        guard let batch = try BatchTable(db: db).find(id), let state = try state(of: id, db), state != .settled else {
            return
        }
        let members = try batch.members.decode()
        let proven = (IntentDigest.members(of: batch) ?? []).enumerated().filter { _, digest in
            proofs[digest.id]?.contains(digest.digest) == true
        }.map(\.offset)
        let others = members.indices.filter { !proven.contains($0) }
        report.proven += proven.count
        report.unproven += others.count
        guard let choice else { return }
        // Where nothing is proven, the request is sent again under its own key and bytes.
        let isAskedAgain = proven.isEmpty && choice == .deliver
        if isAskedAgain { return }
        if state == .sending {
            try db.execute(sql: "UPDATE outbox_batch SET state = 'in_doubt' WHERE id = ?", arguments: [id])
        }
        if !proven.isEmpty { try resolution(id, proven.map { members[$0].id }, db)?.deliver() }
        guard !others.isEmpty, let rest = try resolution(id, others.map { members[$0].id }, db) else { return }
        if choice == .discard {
            try rest.discard(AdoptedMove.discarded)
        } else if state == .sending {
            // Some members were delivered under another key, so that the request's own key proves nothing about the rest.
            try rest.resend()
        }
    }

    private func resolution(_ id: Int64, _ intents: [Int64], _ db: Database) throws -> BatchResolution? {
        guard let batch = try BatchTable(db: db).find(id) else { return nil }
        let members = try batch.members.decode()
        let chosen = members.indices.filter { intents.contains(members[$0].id) }
        guard !chosen.isEmpty else { return nil }
        return BatchResolution(db: db, batch: batch, members: members, chosen: chosen, now: now)
    }

    private func state(of id: Int64, _ db: Database) throws -> BatchState? {
        try String.fetchOne(db, sql: "SELECT state FROM outbox_batch WHERE id = ?", arguments: [id])
            .flatMap(BatchState.init(rawValue:))
    }
}
