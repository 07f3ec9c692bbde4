/// Where a batch is, spelled as in SQL, docs, output and metrics.
public enum BatchState: String, Sendable, CaseIterable {
    case sending
    case inDoubt = "in_doubt"
    case settled

    /// The states a batch may go to from here; the schema's trigger `outbox_batch_transition` holds the same table.
    public var successors: Set<BatchState> {
        switch self {
        case .sending: [.inDoubt, .settled]
        case .inDoubt: [.settled]
        case .settled: []
        }
    }
}
