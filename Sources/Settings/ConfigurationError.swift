/// All problems in a configuration, in the order of the file.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The most problems in one error. Further problems are only counted.
    public static let problemsMax = 100

    /// The problems, at least one and at most `problemsMax`.
    public let problems: [ConfigurationProblem]
    /// The number of further problems.
    public let omitted: Int

    init(problems: [ConfigurationProblem], omitted: Int) {
        self.problems = problems
        self.omitted = omitted
    }

    /// An error with one problem, which concerns a whole file or one place in it but no key.
    init(_ complaint: Complaint, source: String, position: SourcePosition? = nil) {
        let problem = ConfigurationProblem(
            source: source, position: position, key: "", fault: complaint.fault, remedy: complaint.remedy)
        self.init(problems: [problem], omitted: 0)
    }

    /// The text of the error, one line for each problem.
    public var lines: [String] {
        problems.map(\.description) + (omitted == 0 ? [] : ["and \(omitted) more; correct these first"])
    }

    public var description: String { lines.joined(separator: "\n") }
}
