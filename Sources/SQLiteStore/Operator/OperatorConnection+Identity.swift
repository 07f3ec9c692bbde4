import Delivery
import Deployment
import GRDB

extension OperatorConnection {
    /// The identity that the database stores, without changing anything.
    func identityRecord() throws -> Sighting {
        try read { try IdentityTable(db: $0).sighting() }
    }

    /// Whether one of these batches is still being sent, according to the database.
    func isSending(_ batches: [Int64]) throws -> Bool {
        try read { try BatchTable(db: $0).isSending(batches) }
    }
}
