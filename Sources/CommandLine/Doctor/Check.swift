/// One thing that was looked at: how it is, and what to do where it is not as it should be.
struct Check: Equatable {
    enum Verdict: String, Comparable {
        case ok, warn, fail

        private var gravity: Int {
            switch self {
            case .ok: 0
            case .warn: 1
            case .fail: 2
            }
        }

        static func < (left: Verdict, right: Verdict) -> Bool { left.gravity < right.gravity }
    }

    let name: String
    let verdict: Verdict
    /// What was found, in one sentence.
    let finding: String
    /// The command that fixes it, or what a person has to do.
    let remedy: String?

    static func ok(_ name: String, _ finding: String) -> Check {
        Check(name: name, verdict: .ok, finding: finding, remedy: nil)
    }

    static func warn(_ name: String, _ finding: String, _ remedy: String) -> Check {
        Check(name: name, verdict: .warn, finding: finding, remedy: remedy)
    }

    static func fail(_ name: String, _ finding: String, _ remedy: String) -> Check {
        Check(name: name, verdict: .fail, finding: finding, remedy: remedy)
    }
}
