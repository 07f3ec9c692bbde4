/// One finding of `doctor`, with a remedy where something is wrong.
public struct Check: Sendable, Equatable {
    /// How serious the finding is.
    public enum Severity: String, Sendable, Comparable {
        case ok, warn, fail

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warn: 1
            case .fail: 2
            }
        }

        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
    }

    public let name: String
    public let severity: Severity
    /// What was found, in one sentence.
    public let finding: String
    /// The command that fixes it, or what the operator has to do; nil when the severity is `ok`.
    public let remedy: String?

    public static func ok(_ name: String, _ finding: String) -> Check {
        Check(name: name, severity: .ok, finding: finding, remedy: nil)
    }

    public static func warn(_ name: String, _ finding: String, _ remedy: String) -> Check {
        Check(name: name, severity: .warn, finding: finding, remedy: remedy)
    }

    public static func fail(_ name: String, _ finding: String, _ remedy: String) -> Check {
        Check(name: name, severity: .fail, finding: finding, remedy: remedy)
    }
}
