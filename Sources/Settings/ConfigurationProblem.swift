import PlainText

/// One thing wrong with the configuration: where, what, and what to do about it.
public struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file as it was named, or the option or variable at fault.
    public var source: String
    /// Where in the file; nil where the problem is not inside a file.
    public var position: SourcePosition?
    /// The dotted path of the key; empty where the whole file is meant.
    public var key: String
    /// What is wrong.
    public var fault: String
    /// What to do.
    public var remedy: String

    /// `file:line:column: key: what is wrong; what to do`, on one line.
    public var description: String {
        let place = position.map { "\(source):\($0.line):\($0.column)" } ?? source
        return PlainText.visible([place, key, "\(fault); \(remedy)"].filter { !$0.isEmpty }.joined(separator: ": "))
    }
}

/// A place in a text file, counted from 1; columns count Unicode scalars.
public struct SourcePosition: Sendable, Equatable, Hashable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// What is wrong with a value and what to do, before it is known where it stands.
struct Complaint: Error, Equatable {
    let fault: String
    let remedy: String

    init(_ fault: String, _ remedy: String) {
        self.fault = fault
        self.remedy = remedy
    }
}
