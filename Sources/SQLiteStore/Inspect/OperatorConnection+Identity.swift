import Delivery
import Deployment
import GRDB

extension OperatorConnection {
    /// The database's own word on whose it is, without changing anything.
    public func identityRecord() throws -> IdentityRecord {
        try read { try IdentityTable(db: $0).identityRecord() }
    }

    /// Whether one of these batches is still being sent, as the database has it.
    public func isSending(_ batches: [Int64]) throws -> Bool {
        try read { try BatchTable(db: $0).isSending(batches) }
    }
}
