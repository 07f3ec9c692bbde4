/// The ways in which a run can break the promise. Each is stated by the promise alone, and not by how a worker keeps it.
public enum PromiseClass: String, Sendable, CaseIterable, Comparable {
    case enteredTwice = "entered-twice"
    case enteredTwiceAcrossRollOut = "entered-twice-across-roll-out"
    case deliveredNotEntered = "delivered-not-entered"
    case deadEntered = "dead-entered"
    case deadByEdge = "dead-by-edge"
    case cancelledEntered = "cancelled-entered"
    case lost
    case prunedEarly = "pruned-early"
    case stray
    case needlessDoubt = "needless-doubt"
    case unboundedDoubt = "unbounded-doubt"
    case stuck
    case slowRecovery = "slow-recovery"
    case keyReused = "key-reused"
    case leftTooEarly = "left-too-early"
    case unsound

    public var sentence: String {
        switch self {
        case .enteredTwice: "an intent was entered twice although the API kept its promise and nobody chose to resend"
        case .enteredTwiceAcrossRollOut:
            "an intent was entered before keys were honoured, and again under the same key afterwards"
        case .deliveredNotEntered: "an intent is called delivered that was neither entered nor silently rejected"
        case .deadEntered: "an intent is called dead that was entered"
        case .deadByEdge: "an intent is called dead that the API itself has never refused"
        case .cancelledEntered: "an intent is called cancelled that was entered"
        case .lost: "a committed intent is not in exactly one place"
        case .prunedEarly: "the record of an ended intent is gone long before the retention is over"
        case .stray: "something was entered that no producer committed"
        case .needlessDoubt: "a batch was put in doubt although its outcome could be known"
        case .unboundedDoubt: "a journey went on putting batches in doubt for one cause"
        case .stuck: "an intent did not end although everything had been healthy for long"
        case .slowRecovery: "nothing was delivered within the longest probe interval after the API was healthy again"
        case .keyReused: "one key stood for two requests, or left under another API key or URL"
        case .leftTooEarly: "a request left before its commit, against a pause, or before its time"
        case .unsound: "the database is not sound"
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// One violation of the promise in a run.
public struct PromiseViolation: Sendable, CustomStringConvertible {
    public var kind: PromiseClass
    public var text: String

    public init(_ kind: PromiseClass, _ text: String) { (self.kind, self.text) = (kind, text) }

    public var description: String { "[\(kind.rawValue)] \(text)" }
}
