/// A second, independent JSON reader for the oracle of the tests. It is strict, and a duplicate key is an error.
indirect enum StrictJSON: Equatable {
    case null, bool(Bool), number(String), string(String), array([StrictJSON]), object([String: StrictJSON])

    struct Wrong: Error {}

    static func read(_ bytes: [UInt8]) -> StrictJSON? {
        var rest = Array(bytes)[...]
        do {
            let value = try value(&rest)
            space(&rest)
            return rest.isEmpty ? value : nil
        } catch {
            return nil
        }
    }

    subscript(name: String) -> StrictJSON? {
        if case .object(let fields) = self { fields[name] } else { nil }
    }

    private static func space(_ rest: inout ArraySlice<UInt8>) {
        while let byte = rest.first, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { rest.removeFirst() }
    }

    private static func take(_ text: String, _ rest: inout ArraySlice<UInt8>) throws {
        guard rest.starts(with: text.utf8) else { throw Wrong() }
        rest = rest.dropFirst(text.utf8.count)
    }

    private static func value(_ rest: inout ArraySlice<UInt8>) throws -> StrictJSON {
        space(&rest)
        switch rest.first.map({ Character(UnicodeScalar($0)) }) {
        case "n":
            try take("null", &rest)
            return .null
        case "t":
            try take("true", &rest)
            return .bool(true)
        case "f":
            try take("false", &rest)
            return .bool(false)
        case "\"": return .string(try string(&rest))
        case "[": return .array(try list("[", "]", &rest) { try value(&$0) })
        case "{":
            let pairs = try list("{", "}", &rest) { rest -> (String, StrictJSON) in
                space(&rest)
                let key = try string(&rest)
                space(&rest)
                try take(":", &rest)
                return (key, try value(&rest))
            }
            guard Set(pairs.map(\.0)).count == pairs.count else { throw Wrong() }
            return .object(Dictionary(uniqueKeysWithValues: pairs))
        default: return .number(try number(&rest))
        }
    }

    private static func list<Item>(
        _ open: String, _ close: String, _ rest: inout ArraySlice<UInt8>,
        _ item: (inout ArraySlice<UInt8>) throws -> Item
    ) throws -> [Item] {
        try take(open, &rest)
        space(&rest)
        var items: [Item] = []
        if rest.starts(with: close.utf8) {
            try take(close, &rest)
            return items
        }
        while true {
            items.append(try item(&rest))
            space(&rest)
            if rest.starts(with: close.utf8) {
                try take(close, &rest)
                return items
            }
            try take(",", &rest)
        }
    }

    private static func string(_ rest: inout ArraySlice<UInt8>) throws -> String {
        try take("\"", &rest)
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case 0x22:
                guard let valid = String(validating: text, as: UTF8.self) else { throw Wrong() }
                return valid
            case 0x5C:
                guard let letter = rest.popFirst() else { throw Wrong() }
                if letter == UInt8(ascii: "u") {
                    text += try Array(String(scalar(&rest)).utf8)
                } else if let meant = escapes[Character(UnicodeScalar(letter))] {
                    text.append(meant)
                } else {
                    throw Wrong()
                }
            case 0..<0x20: throw Wrong()
            default: text.append(byte)
            }
        }
        throw Wrong()
    }

    /// Reads the digits after `\u`; a lone surrogate is read as the replacement character.
    private static func scalar(_ rest: inout ArraySlice<UInt8>) throws -> UnicodeScalar {
        let unit = try unit(&rest)
        if (0xD800..<0xDC00).contains(unit), rest.starts(with: #"\u"#.utf8) {
            var ahead = rest.dropFirst(2)
            let low = try Self.unit(&ahead)
            if (0xDC00..<0xE000).contains(low) {
                rest = ahead
                return UnicodeScalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
            }
        }
        return UnicodeScalar(unit) ?? "\u{FFFD}"
    }

    private static func unit(_ rest: inout ArraySlice<UInt8>) throws -> UInt32 {
        let digits = rest.prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw Wrong() }
        rest = rest.dropFirst(4)
        return unit
    }

    private static let escapes: [Character: UInt8] = [
        "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
    ]

    private static func number(_ rest: inout ArraySlice<UInt8>) throws -> String {
        let end = rest.firstIndex { !"+-0123456789.eE".utf8.contains($0) } ?? rest.endIndex
        let text = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
        guard text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil else { throw Wrong() }
        rest = rest[end...]
        return text
    }
}
