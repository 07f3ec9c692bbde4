import Yams

/// The parsed tree of one configuration file, with the place of every node.
///
/// What stops the parsing (bad syntax, a second document) is one problem; everything else is left to the reader.
struct YAMLDocument {
    /// Thirty-two aliases multiply to far too little to exhaust memory or time, and no configuration needs them.
    static let aliasesMax = 32

    /// The root; nil for an empty file.
    let root: Node?
    private let masks: [DuplicateKeyMask]

    static var empty: YAMLDocument { YAMLDocument(root: nil, masks: []) }

    /// Parses the text of a file.
    static func compose(_ file: ConfigurationFile) throws(ConfigurationError) -> YAMLDocument {
        guard aliasCount(in: file.text) <= aliasesMax else {
            let complaint = Complaint("has more than \(aliasesMax) YAML aliases (*name)", "write the values out")
            throw ConfigurationError(complaint, source: file.name)
        }
        var text = file.text
        var masks: [DuplicateKeyMask] = []
        while true {
            do {
                // The basic resolver takes every scalar as its literal text: no dates, octals or booleans.
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                return YAMLDocument(root: try parser.singleRoot(), masks: masks)
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                // The parser gives up at the first duplicate; masking it lets the others be found as well.
                guard let mask = DuplicateKeyMask(names, at: context.mark, number: masks.count, in: text) else {
                    throw ConfigurationError(duplicates: names, at: context.mark, in: file)
                }
                masks.append(mask)
                text = mask.masked
            } catch {
                throw ConfigurationError(syntax: error, in: file)
            }
        }
    }

    /// A scalar's text as the file has it.
    func text(of scalar: Node.Scalar) -> String {
        guard let mark = scalar.mark, let mask = masks.first(where: { $0.position == SourcePosition(mark) }) else {
            return scalar.string
        }
        return mask.restore(scalar.string)
    }

    /// An upper bound of the aliases: stars at the start of a word that a name follows, wherever they stand.
    private static func aliasCount(in text: String) -> Int {
        var count = 0
        var previous: UInt8 = 0x20
        var isStar = false
        for byte in text.utf8 {
            if isStar, byte > 0x20, byte != UInt8(ascii: "*") { count += 1 }
            // Beyond ASCII there are line breaks as well: all of it counts as space.
            let isWordStart = previous <= 0x20 || previous >= 0x80 || "[{,:-?".utf8.contains(previous)
            isStar = isWordStart && byte == UInt8(ascii: "*")
            previous = byte
        }
        return count
    }
}

extension SourcePosition {
    init(_ mark: Mark) {
        self.init(line: mark.line, column: mark.column)
    }

    init(_ node: Node) {
        self = node.mark.map(SourcePosition.init) ?? SourcePosition(line: 1, column: 1)
    }
}
