import Yams

/// The parsed tree of a configuration file, with the position of every node.
///
/// Only a problem that stops the parser (a syntax error, a second document) is reported here. The reader reports all
/// others.
struct YAMLDocument {
    /// The most aliases in a file. Nested aliases multiply, and this number is too small to exhaust memory or time.
    static let aliasesMax = 32

    /// The root node; nil for an empty file.
    let root: Node?
    private let masks: [DuplicateKeyMask]

    static var empty: YAMLDocument { YAMLDocument(root: nil, masks: []) }

    /// Parses the text of a file.
    ///
    /// - Throws: `ConfigurationError` with the one problem that stopped the parser.
    static func compose(_ file: ConfigurationFile) throws(ConfigurationError) -> YAMLDocument {
        guard aliasCount(in: file.text) <= aliasesMax else {
            let complaint = Complaint("has more than \(aliasesMax) YAML aliases (*name)", "write the values out")
            throw ConfigurationError(complaint, source: file.name)
        }
        var text = file.text
        var masks: [DuplicateKeyMask] = []
        while true {
            do {
                // The basic resolver keeps the literal text of every scalar: no dates, octal numbers or booleans.
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                return YAMLDocument(root: try parser.singleRoot(), masks: masks)
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                // The parser stops at the first duplicate. Masking it lets the parser find the others as well.
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

    /// The text of a scalar as it is in the file.
    func text(of scalar: Node.Scalar) -> String {
        guard let mark = scalar.mark, let mask = masks.first(where: { $0.position == SourcePosition(mark) }) else {
            return scalar.string
        }
        return mask.restore(scalar.string)
    }

    /// An upper bound of the number of aliases: stars that start a word and are followed by a name, also in quoted
    /// text.
    private static func aliasCount(in text: String) -> Int {
        var count = 0
        var previous: UInt8 = 0x20
        var isStar = false
        for byte in text.utf8 {
            if isStar, byte > 0x20, byte != UInt8(ascii: "*") { count += 1 }
            // Some characters beyond ASCII are line breaks, so every byte of such a character counts as space.
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
