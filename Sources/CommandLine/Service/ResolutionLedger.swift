import Delivery
import Deployment
import Operation

/// Writes resolutions as delivered to the ledger outside the database, so that an adoption after a restore counts them.
enum ResolutionLedger {
    /// Returns nil when they were written, or when the database has no such ledger; otherwise the reason of the failure.
    ///
    /// The database has the resolutions already. A failure here costs one more decision by the operator after a restore,
    /// and nothing else.
    static func note(_ delivered: [IntentDigest], in batches: [Int64], of store: any OperatorStore) throws -> String? {
        guard !delivered.isEmpty else { return nil }
        let record = try store.identityRecord()
        guard let uuid = record.uuid, let directory = record.stateDirectory else { return nil }
        do {
            guard let ledger = try ResolvedLedger(of: uuid, in: directory) else {
                return record.deployment == nil ? "\(directory) was not found" : nil
            }
            try ledger.note(delivered, in: batches)
            return nil
        } catch let failure as StateFailure {
            return "\(failure.path): \(failure.reason)"
        }
    }
}
