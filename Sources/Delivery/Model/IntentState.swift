/// The state of an intent, spelled as in SQL, docs, output and metrics; docs/lifecycle.md explains each.
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
