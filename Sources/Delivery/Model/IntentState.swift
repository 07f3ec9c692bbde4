/// Where an intent is, spelled as in SQL, docs, output and metrics.
public enum IntentState: String, Sendable, CaseIterable, Codable {
    case pending
    case scheduled
    case retrying
    case blocked
    case sending
    case inDoubt = "in_doubt"
    case dead
    case delivered
    case cancelled

    /// The states an intent may go to from here, by the worker, a producer's cancel or an operator's command.
    ///
    /// Pruning removes the record of an intent whose state is dead, delivered or cancelled; that is no transition.
    /// The diagrams and the table of docs/lifecycle.md hold the same transitions.
    public var successors: Set<IntentState> {
        switch self {
        case .pending: [.sending, .blocked, .dead, .cancelled, .delivered]
        case .scheduled: [.pending, .dead, .cancelled, .delivered]
        case .retrying: [.sending, .blocked, .dead, .cancelled, .delivered]
        case .blocked: [.retrying, .dead, .cancelled, .delivered]
        case .sending: [.retrying, .inDoubt, .dead, .delivered]
        case .inDoubt: [.retrying, .dead, .delivered]
        case .dead: [.retrying, .cancelled, .delivered]
        case .delivered, .cancelled: []
        }
    }
}
