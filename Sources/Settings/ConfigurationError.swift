/// All problems found in a configuration, in the order they were met.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The most problems kept; later ones are only counted.
    public static let problemsMax = 100

    /// The first problems, at least one and at most `problemsMax`.
    public let problems: [ConfigurationProblem]
    /// How many more there were.
    public let omitted: Int

    init(problems: [ConfigurationProblem], omitted: Int) {
        self.problems = problems
        self.omitted = omitted
    }

    /// One problem outside the text of a file.
    init(_ complaint: Complaint, source: String, position: SourcePosition? = nil) {
        let problem = ConfigurationProblem(
            source: source, position: position, key: "", fault: complaint.fault, remedy: complaint.remedy)
        self.init(problems: [problem], omitted: 0)
    }

    /// One line for each problem.
    public var lines: [String] {
        problems.map(\.description) + (omitted == 0 ? [] : ["and \(omitted) more; mend these first"])
    }

    public var description: String { lines.joined(separator: "\n") }
}
