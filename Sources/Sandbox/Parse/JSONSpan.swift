/// A JSON value as a range of the received bytes.
struct JSONSpan: Sendable {
    /// One member of an object.
    struct NamedValue: Sendable {
        var name: String
        var value: JSONSpan
    }

    let bytes: [UInt8]
    let range: Range<Int>

    /// Parses a whole document.
    ///
    /// - Throws: `JSONFault` when the bytes are not UTF-8 or not one JSON value.
    init(parsing bytes: [UInt8]) throws(JSONFault) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw JSONFault(offset: 0) }
        var scanner = JSONScanner(bytes)
        let range = try scanner.value()
        guard scanner.position == bytes.count else { throw JSONFault(offset: scanner.position) }
        self.init(bytes, range)
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        self.range = range
    }

    /// The text of the value exactly as received.
    var text: String { String(decoding: bytes[range], as: UTF8.self) }
    var raw: ArraySlice<UInt8> { bytes[range] }
    var isObject: Bool { bytes[range.lowerBound] == UInt8(ascii: "{") }
    var isArray: Bool { bytes[range.lowerBound] == UInt8(ascii: "[") }
    var isNull: Bool { bytes[range.lowerBound] == UInt8(ascii: "n") }

    /// The value as an integer; nil when it is written in any other form.
    var integer: Int? { Int(text) }

    /// The members of an object in the received order, duplicate names included.
    func members() throws(JSONFault) -> [NamedValue] {
        var scanner = JSONScanner(bytes, at: range.lowerBound)
        var found: [NamedValue] = []
        try scanner.object(depth: 0) { key, value in
            let name = JSONSpan(bytes, key).string ?? ""
            found.append(NamedValue(name: name, value: JSONSpan(bytes, value)))
        }
        return found
    }

    /// The elements of an array.
    func elements() throws(JSONFault) -> [JSONSpan] {
        var scanner = JSONScanner(bytes, at: range.lowerBound)
        var found: [JSONSpan] = []
        try scanner.array(depth: 0) { found.append(JSONSpan(bytes, $0)) }
        return found
    }

    /// The decoded text of a string; nil when the value is no string. A lone surrogate becomes U+FFFD.
    var string: String? {
        guard bytes[range.lowerBound] == UInt8(ascii: "\"") else { return nil }
        let inner = bytes[(range.lowerBound + 1)..<(range.upperBound - 1)]
        guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
        return JSONSpan.unescaped(inner)
    }

    private static func unescaped(_ inner: ArraySlice<UInt8>) -> String {
        var units: [UInt16] = []
        var plain = inner.startIndex
        var position = inner.startIndex
        while position < inner.endIndex {
            guard inner[position] == UInt8(ascii: "\\") else {
                position += 1
                continue
            }
            units += String(decoding: inner[plain..<position], as: UTF8.self).utf16
            let letter = inner[position + 1]
            let length = letter == UInt8(ascii: "u") ? 6 : 2
            units.append(unit(letter, digits: inner[(position + 2)..<(position + length)]))
            position += length
            plain = position
        }
        units += String(decoding: inner[plain...], as: UTF8.self).utf16
        return String(decoding: units, as: UTF16.self)
    }

    private static func unit(_ letter: UInt8, digits: ArraySlice<UInt8>) -> UInt16 {
        switch letter {
        case UInt8(ascii: "b"): 8
        case UInt8(ascii: "f"): 12
        case UInt8(ascii: "n"): 10
        case UInt8(ascii: "r"): 13
        case UInt8(ascii: "t"): 9
        case UInt8(ascii: "u"): UInt16(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFFFD
        default: UInt16(letter)
        }
    }
}
