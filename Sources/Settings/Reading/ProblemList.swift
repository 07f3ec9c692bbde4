/// Collects problems up to `ConfigurationError.problemsMax`, and counts the rest.
struct ProblemList {
    private let file: String
    private var problems: [ConfigurationProblem] = []
    private var omitted = 0

    init(file: String) {
        self.file = file
    }

    /// The problems as one error; nil when there are none. Problems outside the file come first.
    var error: ConfigurationError? {
        guard !problems.isEmpty else { return nil }
        let sorted = problems.enumerated().sorted { Self.place($0) < Self.place($1) }
        return ConfigurationError(problems: sorted.map(\.element), omitted: omitted)
    }

    /// Adds a problem at a position in the file.
    ///
    /// The complaint of a problem that is only counted is not made: a remedy is searched among all keys.
    mutating func add(
        _ complaint: @autoclosure () -> Complaint, key: @autoclosure () -> String, at position: SourcePosition
    ) {
        add(complaint(), key: key(), at: position, source: file)
    }

    /// Adds a problem with an option or a variable.
    mutating func add(_ complaint: Complaint, source: String) {
        add(complaint, key: "", at: nil, source: source)
    }

    private mutating func add(
        _ complaint: @autoclosure () -> Complaint, key: @autoclosure () -> String, at position: SourcePosition?,
        source: String
    ) {
        guard problems.count < ConfigurationError.problemsMax else {
            omitted += 1
            return
        }
        let (complaint, key) = (complaint(), key())
        problems.append(
            ConfigurationProblem(
                source: source, position: position, key: key, fault: complaint.fault, remedy: complaint.remedy)
        )
    }

    private static func place(_ problem: (offset: Int, element: ConfigurationProblem)) -> (Int, Int, Int) {
        (problem.element.position?.line ?? 0, problem.element.position?.column ?? 0, problem.offset)
    }
}
