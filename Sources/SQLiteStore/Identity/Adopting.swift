import Delivery
import Deployment
import Foundation
import GRDB

/// Settles, by a person's word and by what the ledger proves, a database that is a copy or has gone back.
///
/// Works in short transactions beside whoever else writes; what a crash has left undone is done by the next call.
/// Nothing is claimed meanwhile, since no worker begins before `finish` has given the outbox its new identity.
public struct Adopting {
    /// What becomes of the intents that nothing proves to have been delivered.
    public enum Choice: String, Sendable {
        case deliver
        /// They end as dead letters with the code `discarded`.
        case discard
    }

    public struct Report: Sendable, Equatable {
        /// Intents that the ledger proves delivered, dead letters included.
        public var proven = 0
        /// Open intents up to the mark that nothing proves delivered: the choice is about these.
        public var unproven = 0
        /// Intents that came after the mark, or that reuse an id under which something else was delivered.
        public var new = 0
    }

    /// For each intent that the ledger knows, the digests of what was delivered by its id.
    public typealias Proofs = (Set<Int64>) throws -> [Int64: Set<UInt64>]

    let connection: OperatorConnection
    let need: AdoptionNeed
    let proofs: Proofs
    let now: WallTime

    public init(_ connection: OperatorConnection, _ need: AdoptionNeed, at now: WallTime, proofs: @escaping Proofs) {
        self.connection = connection
        self.need = need
        self.now = now
        self.proofs = proofs
    }

    /// Counts, and changes nothing; `onProgress` is told the share that was looked at.
    public func look(onProgress: (Double) -> Void = { _ in }) throws -> Report {
        try go(nil, onProgress)
    }

    /// Marks what is proven and applies the choice to what is not; `finish` has to follow.
    public func apply(_ choice: Choice, onProgress: (Double) -> Void = { _ in }) throws -> Report {
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
    public func finish(uuid: String, before: String?, at site: DeploymentSite) throws -> Bool {
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

    private func go(_ choice: Choice?, _ onProgress: (Double) -> Void) throws -> Report {
        var report = Report()
        let rows = AdoptedRows(connection: connection, need: need, proofs: proofs, now: now)
        let tables = AdoptedRows.Table.allCases
        for (index, table) in tables.enumerated() {
            try rows.go(table, choice, &report) { onProgress((Double(index) + $0) / Double(tables.count)) }
        }
        try AdoptedBatches(connection: connection, proofs: proofs, now: now).go(choice, &report)
        return report
    }
}
