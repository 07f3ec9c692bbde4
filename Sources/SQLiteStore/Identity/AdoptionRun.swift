import Delivery
import Deployment
import Foundation
import GRDB
import Operation

/// Settles, by a person's word and by what the ledger proves, a database that is a copy or has gone back.
///
/// Works in short transactions beside whoever else writes; what a crash has left undone is done by the next call.
/// Nothing is claimed meanwhile, since no worker begins before `finish` has given the outbox its new identity.
package struct AdoptionRun {
    let connection: OperatorConnection
    let need: AdoptionNeed
    let proofs: DeliveryProofs
    let now: WallTime

    package init(_ connection: OperatorConnection, _ need: AdoptionNeed, at now: WallTime, proofs: @escaping DeliveryProofs) {
        self.connection = connection
        self.need = need
        self.now = now
        self.proofs = proofs
    }

    /// Counts, and changes nothing; `onProgress` is told the share that was looked at.
    package func look(onProgress: (Double) -> Void = { _ in }) throws -> AdoptionReport {
        try go(nil, onProgress)
    }

    /// Marks what is proven and applies the choice to what is not; `finish` has to follow.
    package func apply(_ choice: AdoptionChoice, onProgress: (Double) -> Void = { _ in }) throws -> AdoptionReport {
        // First of all, so that whatever is committed from here on is new.
        try connection.write { db in try IdentityTable(db: db).hold(need, at: now) }
        return try go(choice, onProgress)
    }

    /// Gives the outbox its new identity and lets workers begin.
    ///
    /// Requests that were frozen in the copy may have run since then, under the keys and bytes they still have.
    /// - Parameters:
    ///   - uuid: the new one, under which every key is new.
    ///   - before: the identity that was adopted; when somebody else has changed it meanwhile, nothing is done.
    /// - Returns: whether it was done.
    package func finish(uuid: String, before: String?, at place: Place) throws -> Bool {
        try Self.finish(connection, need, uuid: uuid, before: before, at: place)
    }

    static func finish(
        _ connection: OperatorConnection, _ need: AdoptionNeed, uuid: String, before: String?, at place: Place
    ) throws -> Bool {
        let marks = need.remembered?.marks ?? Marks()
        return try connection.write { db in
            let identity = IdentityTable(db: db)
            guard try identity.sighting().uuid == before else { return false }
            try db.execute(
                sql: """
                    UPDATE outbox_batch
                    SET possibly_executed_since = min(coalesce(possibly_executed_since, frozen_at), frozen_at)
                    WHERE state = 'sending' AND state <> 'settled'
                    """)
            try identity.raiseSequence(of: "outbox", to: need.mark)
            try identity.raiseSequence(of: "outbox_batch", to: marks.batches)
            try db.execute(
                sql: "UPDATE outbox_meta SET value = max(value, ?) WHERE key = 'fence'", arguments: [marks.fence])
            try identity.bind(uuid: uuid, at: place)
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
