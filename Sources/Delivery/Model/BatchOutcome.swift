/// How a settled batch ended.
public enum BatchOutcome: String, Sendable, CaseIterable {
    /// Every member was accepted.
    case delivered
    /// Some members were accepted, and the answer rejected each of the others.
    case partlyRejected = "partly_rejected"
    /// The answer rejected every member.
    case rejected
    /// The request was refused because of some members; the other members go on in a new batch.
    case shrunk
    /// The request was refused as a whole; its two halves go on as new batches.
    case split
    /// Nothing was executed, and the members went back to `outbox_waiting` to travel under a new key.
    case returned
    /// An operator said what became of the batch.
    case resolved
}
