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
}
