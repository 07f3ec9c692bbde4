import ArgumentParser
import Delivery
import Operation

/// The conditions that select intents, apart from their state.
struct FilterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only this journey.", valueName: "name"))
    var journey: String?

    @Option(help: ArgumentHelp("Only this contact: its external_id, anonymous_id or email.", valueName: "text"))
    var contact: String?

    @Option(help: ArgumentHelp("Only those that have not changed for this long, such as 2h.", valueName: "duration"))
    var olderThan: DurationArgument?

    var isEmpty: Bool { journey == nil && contact == nil && olderThan == nil }

    func filter(_ states: Set<IntentState>, code: String? = nil, at now: WallTime) -> IntentFilter {
        IntentFilter(
            states: states, journey: journey, contact: contact, code: code,
            before: olderThan.map { WallTime(milliseconds: now.milliseconds - $0.duration.milliseconds) })
    }
}

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
