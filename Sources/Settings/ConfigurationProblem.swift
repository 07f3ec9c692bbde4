import PlainText

/// One problem in a configuration: where it is, what is wrong, and what to do.
public struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// The name of the file as it was given, or the option or variable with the problem.
    public var source: String
    /// The position in the file; nil when the problem has none.
    public var position: SourcePosition?
    /// The dotted path of the key; empty when the problem concerns the whole file.
    public var key: String
    /// What is wrong.
    public var fault: String
    /// What to do.
    public var remedy: String

    /// The problem on one line: `file:line:column: key: what is wrong; what to do`.
    public var description: String {
        let place = position.map { "\(source):\($0.line):\($0.column)" } ?? source
        return PlainText.visible([place, key, "\(fault); \(remedy)"].filter { !$0.isEmpty }.joined(separator: ": "))
    }
}

/// A position in a text file. Lines and columns count from 1; columns count Unicode scalars.
public struct SourcePosition: Sendable, Equatable, Hashable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// What is wrong with a value and what to do, without the position of the value.
struct Complaint: Error, Equatable {
    let fault: String
    let remedy: String

    init(_ fault: String, _ remedy: String) {
        self.fault = fault
        self.remedy = remedy
    }
}
