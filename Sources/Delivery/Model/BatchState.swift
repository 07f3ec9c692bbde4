/// The state of a batch, spelled as in SQL, docs, output and metrics.
public enum BatchState: String, Sendable, CaseIterable {
    case sending
    case inDoubt = "in_doubt"
    case settled

    /// The states that a batch in this state may change to.
    ///
    /// The trigger `outbox_batch_transition` of the schema enforces the same table, and docs/lifecycle.md shows it.
    public var successors: Set<BatchState> {
        switch self {
        case .sending: [.inDoubt, .settled]
        case .inDoubt: [.settled]
        case .settled: []
        }
    }
}
