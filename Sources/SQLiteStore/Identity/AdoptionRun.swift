import Delivery
import Deployment
import Foundation
import GRDB
import Operation

/// Adopts a database that is a copy or was restored, by the operator's choice and the proofs of the ledger.
///
/// It works in short transactions beside other connections, and the next call completes what a crash left undone. No
/// worker claims anything meanwhile, because none begins before `finish` has stored the new identity.
package struct AdoptionRun {
    let connection: OperatorConnection
    let need: AdoptionNeed
    let proofs: DeliveryProofs
    let now: WallTime

    package init(
        _ connection: OperatorConnection, _ need: AdoptionNeed, at now: WallTime, proofs: @escaping DeliveryProofs
    ) {
        self.connection = connection
        self.need = need
        self.now = now
        self.proofs = proofs
    }

    /// Counts, and changes nothing. `onProgress` is called with the share that was read.
    package func look(onProgress: (Double) -> Void = { _ in }) throws -> AdoptionReport {
        try go(nil, onProgress)
    }

    /// Marks the proven intents as delivered and applies the choice to the other ones. `finish` has to follow.
    package func apply(_ choice: AdoptionChoice, onProgress: (Double) -> Void = { _ in }) throws -> AdoptionReport {
        // This comes first: every intent that is committed from here on is new.
        try connection.write { db in try IdentityTable(db: db).hold(need, at: now) }
        return try go(choice, onProgress)
    }

    /// Stores the new identity, after which workers may begin.
    ///
    /// Requests that were frozen in the copy may have run since then. They keep their keys and bytes.
    /// - Parameters:
    ///   - uuid: the new identity, under which every idempotency key is new.
    ///   - before: the identity that is adopted.
    /// - Returns: false when another command has changed the identity since; then nothing was stored.
    package func finish(uuid: String, before: String?, at site: DeploymentSite) throws -> Bool {
        try Self.finish(connection, need, uuid: uuid, before: before, at: site)
    }

    static func finish(
        _ connection: OperatorConnection, _ need: AdoptionNeed, uuid: String, before: String?, at site: DeploymentSite
    ) throws -> Bool {
        let marks = need.remembered?.marks ?? Marks()
        return try connection.write { db in
            let identity = IdentityTable(db: db)
            guard try identity.identityRecord().uuid == before else { return false }
            try db.execute(
                sql: """
                    UPDATE outbox_batch
                    SET possibly_executed_since = min(coalesce(possibly_executed_since, frozen_at), frozen_at)
                    WHERE state = 'sending' AND state <> 'settled'
                    """)
            try identity.raiseSequence(of: "outbox", to: need.mark)
            try identity.raiseSequence(of: "outbox_batch", to: marks.batches)
            try MetaTable(db: db).raiseFence(to: marks.fence)
            try identity.bind(uuid: uuid, at: site)
            try identity.release()
            return true
        }
    }

    private func go(_ choice: AdoptionChoice?, _ onProgress: (Double) -> Void) throws -> AdoptionReport {
        var report = AdoptionReport()
        let rows = AdoptedRows(connection: connection, need: need, proofs: proofs, now: now)
        let tables = AdoptedRows.Table.allCases
        for (index, table) in tables.enumerated() {
            try rows.go(table, choice, &report) { onProgress((Double(index) + $0) / Double(tables.count)) }
        }
        try AdoptedBatches(connection: connection, proofs: proofs, now: now).go(choice, &report)
        return report
    }
}
