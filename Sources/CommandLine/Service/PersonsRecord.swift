import Delivery
import Deployment
import SQLiteStore

/// Puts a person's word into the record outside the database, so that a restored backup need not ask for it again.
enum PersonsRecord {
    /// Nil when it is written, or when the database keeps no such record; else why it could not be.
    ///
    /// The database has it already: what fails here costs a question after a restore, and nothing else.
    static func note(_ delivered: [IntentDigest], in batches: [Int64], of connection: OperatorConnection) throws
        -> String?
    {
        guard !delivered.isEmpty else { return nil }
        let record = try connection.identityRecord()
        guard let uuid = record.uuid, let directory = record.stateDirectory else { return nil }
        do {
            guard let ledger = try ResolvedLedger(of: uuid, in: directory) else {
                return record.deployment == nil ? "\(directory) is not to be found here" : nil
            }
            try ledger.note(delivered, in: batches)
            return nil
        } catch let failure as StateFailure {
            return "\(failure.path): \(failure.reason)"
        }
    }
}
