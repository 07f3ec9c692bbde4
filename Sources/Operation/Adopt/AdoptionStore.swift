import Delivery
import Deployment

/// What an adoption needs of the database: a copied or restored database gets a new identity.
///
/// The calls of one adoption are, in this order, `adopt` and `finishAdoption`. Both can be repeated: the next call
/// completes what a crash left undone. No worker claims anything before `finishAdoption` has stored the new identity.
public protocol AdoptionStore: Sendable {
    /// The identity that the database stores, without changing anything.
    func identityRecord() throws -> IdentityRecord

    /// Whether one of these batches is still being sent, according to the database.
    func isSending(_ batches: [Int64]) throws -> Bool

    /// Counts what an adoption is about, and changes nothing.
    /// - Parameter onProgress: called with the share of the intents that was looked at, from 0 to 1.
    func previewAdoption(
        _ need: AdoptionNeed, proofs: @escaping DeliveryProofs, at now: WallTime, onProgress: (Double) -> Void
    ) throws -> AdoptionReport

    /// Marks the proven intents as delivered, and applies the choice to the other ones.
    /// - Parameter onProgress: called with the share of the intents that was looked at, from 0 to 1.
    func adopt(
        _ choice: AdoptionChoice, _ need: AdoptionNeed, proofs: @escaping DeliveryProofs, at now: WallTime,
        onProgress: (Double) -> Void
    ) throws -> AdoptionReport

    /// Stores the new identity, after which workers may begin.
    ///
    /// Requests that were frozen in the copy may have run since then. They keep their keys and bytes.
    /// - Parameters:
    ///   - uuid: the new identity, under which every idempotency key is new.
    ///   - before: the identity that is adopted.
    /// - Returns: false when another command has changed the identity since; then nothing was stored.
    func finishAdoption(_ need: AdoptionNeed, uuid: String, before: String?, at site: DeploymentSite) throws -> Bool
}
