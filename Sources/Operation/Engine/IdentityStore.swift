import Delivery
import Deployment

/// The identity that a database stores, as a starting worker reads and writes it.
///
/// Each call is one short transaction. A locked database throws `StoreError.busy`, and another file in the database's
/// place throws `StoreError.replaced`.
public protocol IdentityStore: Sendable {
    /// The identity that the database stores, without changing anything.
    func identityRecord() throws -> IdentityRecord

    /// Whether one of these batches is still being sent, according to the database.
    func isSending(_ batches: [Int64]) throws -> Bool

    /// The number of open intents with ids up to `mark`, those in a request included.
    func open(upTo mark: Int64) throws -> Int

    /// Stores where the database belongs from now on, and removes a pending adoption.
    func bind(uuid: String, at site: DeploymentSite) throws

    /// Stores that the whole outbox waits for an adoption by the operator.
    func hold(_ need: AdoptionNeed, at now: WallTime) throws

    /// Reports commits by other connections.
    func commitSource() -> any CommitSource

    /// Throws `StoreError.replaced` when another file has the database's path. A locked database throws nothing.
    func requireItsPlace() throws
}
