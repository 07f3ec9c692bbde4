/// What must hold in every run, whatever faults it has. docs/guarantees.md states the assumptions that weaken each one.
public enum Invariant: Int, Sendable, CaseIterable {
    case onePlace = 1
    case oneEffect
    case namedRejection
    case neverSent
    case oneKey
    case noMismatch
    case explained
    case drains
    case soundDatabase
    case noSecret
    case budget
    case order
    case committedFirst
    case asAsked

    public var sentence: String {
        switch self {
        case .onePlace: "every committed intent ends in exactly one place"
        case .oneEffect: "delivered means exactly one effect in the API's log, anything else none"
        case .namedRejection: "dead means refused by the response that is named"
        case .neverSent: "what was rolled back or cancelled is never sent"
        case .oneKey: "one key is one request, for ever"
        case .noMismatch: "an honest API never sees a key with another request"
        case .explained: "whatever is in doubt or dead is explained by a fault of the run"
        case .drains: "once the faults stop everything is delivered, and so is what comes later"
        case .soundDatabase: "the database is sound, and its history complete"
        case .noSecret: "no payload, contact or API key is in the log"
        case .budget: "requests in any window stay within the budget, over restarts too"
        case .order: "ordering keys are entered in order"
        case .committedFirst:
            "no request leaves before it is committed, from any but the current worker, or through a pause"
        case .asAsked: "times, contacts and dedup keys are kept as the producer asked"
        }
    }
}

/// One violation of an invariant in a run.
public struct Breach: Sendable, Equatable, CustomStringConvertible {
    public var invariant: Invariant
    public var text: String

    public init(_ invariant: Invariant, _ text: String) {
        self.invariant = invariant
        self.text = text
    }

    public var description: String { "(\(invariant.rawValue)) \(text)" }
}
