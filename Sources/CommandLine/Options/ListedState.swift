import ArgumentParser
import Delivery

/// The states that `intents` can list. Delivered intents are stored with their batches.
enum ListedState: String, ExpressibleByArgument, CaseIterable {
    case pending, scheduled, retrying, blocked, sending
    case inDoubt = "in_doubt"
    case dead, cancelled

    var state: IntentState {
        switch self {
        case .pending: .pending
        case .scheduled: .scheduled
        case .retrying: .retrying
        case .blocked: .blocked
        case .sending: .sending
        case .inDoubt: .inDoubt
        case .dead: .dead
        case .cancelled: .cancelled
        }
    }
}
