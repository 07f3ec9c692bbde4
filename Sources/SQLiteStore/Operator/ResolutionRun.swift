import Delivery
import Foundation
import GRDB
import Operation

/// Settles intents in doubt by the operator's choice: they were delivered, or they are sent again.
///
/// Each batch is read again under the write lock. One that is no longer in doubt is skipped and reported.
package struct ResolutionRun {
    /// A batch and its selected members; nil selects all of them.
    private struct Part {
        let batch: Int64
        let intents: Set<Int64>?
    }

    let connection: OperatorConnection
    let now: WallTime

    package init(_ connection: OperatorConnection, at now: WallTime) {
        self.connection = connection
        self.now = now
    }

    /// Resolves the selected intents batch by batch in short transactions. A dry run only counts them.
    ///
    /// `onProgress` is called with the share of the batches that was read.
    package func apply(
        _ choice: ResolutionChoice, to selection: ResolutionSelection, isDryRun: Bool = false,
        onProgress: (Double) -> Void = { _ in }
    ) throws -> ResolutionReport {
        var report = ResolutionReport()
        let parts = try connection.read { db in try select(db, selection, &report) }
        let step = { (db: Database, part: Part) in
            let count = isDryRun ? try count(db, part) : try resolve(db, part, choice, &report)
            guard count > 0 else {
                report.notInDoubt += part.intents?.sorted() ?? [part.batch]
                return
            }
            report.resolved += count
            report.batches.append(part.batch)
        }
        if isDryRun {
            for part in parts { try connection.read { db in try step(db, part) } }
        } else {
            try WriteTurns(connection: connection).forEach(parts, onTurn: onProgress, step)
        }
        return report
    }

    private static let inDoubt = IntentPlace.inDoubt.condition(at: WallTime(milliseconds: 0))

    private func select(_ db: Database, _ selection: ResolutionSelection, _ report: inout ResolutionReport) throws
        -> [Part]
    {
        switch selection {
        case .batch(let id): return [Part(batch: id, intents: nil)]
        case .journey(let name):
            return try Int64.fetchAll(
                db, sql: "SELECT id FROM outbox_batch WHERE \(Self.inDoubt) AND journey = ? ORDER BY id",
                arguments: [name]
            ).map { Part(batch: $0, intents: nil) }
        case .all:
            return try Int64.fetchAll(db, sql: "SELECT id FROM outbox_batch WHERE \(Self.inDoubt) ORDER BY id")
                .map { Part(batch: $0, intents: nil) }
        case .intents(let ids):
            var intents: [Int64: Set<Int64>] = [:]
            for id in ids {
                let intent = try IntentLookup(db: db, now: now).find(id)
                if let intent, intent.state == .inDoubt, let batch = intent.batch {
                    intents[batch, default: []].insert(id)
                } else {
                    report.notInDoubt.append(id)
                }
            }
            return intents.sorted { $0.key < $1.key }.map { Part(batch: $0.key, intents: $0.value) }
        }
    }

    private func count(_ db: Database, _ part: Part) throws -> Int {
        let size = try Int.fetchOne(
            db, sql: "SELECT size FROM outbox_batch WHERE id = ? AND \(Self.inDoubt)", arguments: [part.batch])
        return size.map { part.intents?.count ?? $0 } ?? 0
    }

    private func resolve(_ db: Database, _ part: Part, _ choice: ResolutionChoice, _ report: inout ResolutionReport)
        throws -> Int
    {
        guard try count(db, part) > 0, let batch = try BatchTable(db: db).find(part.batch) else { return 0 }
        let members = try batch.members.decode()
        let chosen = members.indices.filter { part.intents?.contains(members[$0].id) ?? true }
        guard !chosen.isEmpty else { return 0 }
        let resolution = BatchResolution(db: db, batch: batch, members: members, chosen: chosen, now: now)
        guard choice == .delivered else {
            try resolution.resend()
            return chosen.count
        }
        // The digests need the body, which is removed below. A list that cannot be read proves nothing, so that an
        // adoption after a restore asks about its intents again.
        if let digests = IntentDigest.members(of: batch) { report.delivered += chosen.map { digests[$0] } }
        try resolution.deliver()
        return chosen.count
    }
}
