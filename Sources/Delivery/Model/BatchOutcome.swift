/// How a settled batch ended.
public enum BatchOutcome: String, Sendable, CaseIterable {
    /// Every member was accepted.
    case delivered
    /// Some members were accepted, the others were rejected by name.
    case partlyRejected = "partly_rejected"
    /// Every member was rejected by name.
    case rejected
    /// The request was refused for some of its members; the others travel on in a new batch.
    case shrunk
    /// The request was refused as a whole; its halves travel on as new batches.
    case split
    /// Nothing ran, and the members went back to wait under a new key.
    case returned
    /// A person said what became of it.
    case resolved
}
