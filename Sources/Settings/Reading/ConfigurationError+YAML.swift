import Yams

extension ConfigurationError {
    /// An error for text that is not valid YAML, with the parser's reason on one line.
    init(syntax error: any Error, in file: ConfigurationFile) {
        let remedy = "check the indentation, colons and quotes there"
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            if problem.contains("nesting level") {
                let complaint = Complaint("is nested too deeply", "no key needs more than a few levels")
                self.init(complaint, source: file.name, position: SourcePosition(mark))
                return
            }
            let words = [context?.text, problem].compactMap { $0 }.joined(separator: " ")
            let complaint = Complaint("is not valid YAML: \(words)", remedy)
            self.init(complaint, source: file.name, position: SourcePosition(mark))
        case YamlError.reader(let problem, let offset, _, _):
            let complaint = Complaint("is not valid YAML: \(problem)", "remove or escape the character")
            self.init(complaint, source: file.name, position: offset.flatMap { Self.position(at: $0, in: file.text) })
        default:
            self.init(Complaint("is not valid YAML", remedy), source: file.name)
        }
    }

    /// An error for duplicate keys that prevent the parser from reading the rest of the file.
    init(duplicates names: [String], at mark: Mark, in file: ConfigurationFile) {
        let list = names.prefix(5).map { ScalarText.quoted($0) }.joined(separator: ", ")
        let complaint = Complaint("keys given twice: \(list)", "keep one of each")
        self.init(complaint, source: file.name, position: SourcePosition(mark))
    }

    private static func position(at offset: Int, in text: String) -> SourcePosition? {
        guard let end = text.index(text.startIndex, offsetBy: offset, limitedBy: text.endIndex) else { return nil }
        let lines = text[..<end].split(separator: /\r\n|\n|\r/, omittingEmptySubsequences: false)
        return SourcePosition(line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1)
    }
}
