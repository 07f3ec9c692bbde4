/// The words and signs of a Swift source, without its comments and without the text of its string literals.
///
/// Code inside a string interpolation is kept. Regular expression literals are read as code, which does no harm here.
struct SwiftText {
    struct Token: Equatable {
        var text: String
        /// The first line is 1.
        var line: Int
    }

    let tokens: [Token]

    init(_ source: String) {
        var scanner = Scanner(bytes: Array(source.utf8))
        scanner.readCode(isInterpolation: false)
        tokens = scanner.tokens
    }

    /// The types that are declared outside any other type, aliases included.
    var declaredTypes: [Token] {
        outermost(after: ["struct", "enum", "class", "actor", "protocol", "typealias"])
    }

    /// The types that extensions extend, by their outermost name; `[Element]` is `Array`.
    var extendedTypes: [Token] {
        outermost(after: ["extension"]).map { $0.text == "[" ? Token(text: "Array", line: $0.line) : $0 }
    }

    /// The imported modules.
    var imports: [Token] {
        let kinds: Set<String> = ["struct", "enum", "class", "actor", "protocol", "typealias", "func", "var", "let"]
        return tokens.indices.filter { tokens[$0].text == "import" }.compactMap { index in
            tokens[(index + 1)...].first { !kinds.contains($0.text) }
        }
    }

    /// The tokens that follow one of the keywords outside any braces.
    private func outermost(after keywords: Set<String>) -> [Token] {
        var depth = 0
        var found: [Token] = []
        for (index, token) in tokens.enumerated() {
            switch token.text {
            case "{": depth += 1
            case "}": depth -= 1
            case let word where depth == 0 && keywords.contains(word) && index + 1 < tokens.count:
                found.append(tokens[index + 1])
            default: continue
            }
        }
        return found
    }
}

/// Reads Swift source from its start to its end.
private struct Scanner {
    let bytes: [UInt8]
    private(set) var tokens: [SwiftText.Token] = []
    private var at = 0
    private var line = 1

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads to the end, or to the parenthesis that ends the interpolation.
    mutating func readCode(isInterpolation: Bool) {
        var depth = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "/") where isNext("//"): while at < bytes.count, bytes[at] != 0x0A { at += 1 }
            case UInt8(ascii: "/") where isNext("/*"): skipBlockComment()
            case UInt8(ascii: "\""): readString(hashes: 0)
            case UInt8(ascii: "#"):
                let hashes = bytes[at...].prefix { $0 == UInt8(ascii: "#") }.count
                at += hashes
                if at < bytes.count, bytes[at] == UInt8(ascii: "\"") { readString(hashes: hashes) }
            case let byte where Self.isWord(byte): readWord()
            case let byte:
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                if byte > 0x20 && depth >= 0 { add(at..<(at + 1)) }
                step()
                if isInterpolation && depth < 0 { return }
            }
        }
    }

    private mutating func readWord() {
        let start = at
        while at < bytes.count, Self.isWord(bytes[at]) { at += 1 }
        add(start..<at)
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if isNext("/*") {
                depth += 1
                at += 2
            } else if isNext("*/") {
                depth -= 1
                at += 2
            } else {
                step()
            }
        } while depth > 0 && at < bytes.count
    }

    /// Reads a literal from its first quote on; a literal of one line ends with its line at the latest.
    private mutating func readString(hashes: Int) {
        let pounds = String(repeating: "#", count: hashes)
        let quotes = isNext("\"\"\"") ? "\"\"\"" : "\""
        at += quotes.utf8.count
        while at < bytes.count {
            if isNext(quotes + pounds) {
                at += quotes.utf8.count + hashes
                return
            }
            if isNext("\\" + pounds) {
                at += 1 + hashes
                let isInterpolation = isNext("(")
                step()
                if isInterpolation { readCode(isInterpolation: true) }
                continue
            }
            let isEnd = quotes.utf8.count == 1 && bytes[at] == 0x0A
            step()
            if isEnd { return }
        }
    }

    private mutating func step() {
        if at < bytes.count, bytes[at] == 0x0A { line += 1 }
        at += 1
    }

    private mutating func add(_ range: Range<Int>) {
        tokens.append(SwiftText.Token(text: String(decoding: bytes[range], as: UTF8.self), line: line))
    }

    private func isNext(_ text: String) -> Bool {
        bytes[min(at, bytes.count)...].starts(with: text.utf8)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: byte >= 0x80
        }
    }
}
