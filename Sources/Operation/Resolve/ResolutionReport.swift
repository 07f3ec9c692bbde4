import Delivery

/// The result of a resolution.
public struct ResolutionReport: Sendable, Equatable {
    /// The number of resolved intents.
    public var resolved = 0
    /// The batches that contained them.
    public var batches: [Int64] = []
    /// The selected intents, or the selected batch, that are not in doubt.
    public var notInDoubt: [Int64] = []
    /// The digests of the intents resolved as delivered, for the ledger outside the database.
    public var delivered: [IntentDigest] = []

    public init() {}
}
