import Foundation

/// Checks stored JSON text before it is copied, byte for byte, into a request that others share.
///
/// Strict RFC 8259, and beyond it what receivers refuse or silently change: duplicate keys, depth, and numbers that
/// overflow a double. The text itself is never rewritten, so `1.10` stays `1.10`.
public struct JSONCheck {
    /// Levels of nesting, the object itself included: common parsers read 512, and a request puts three around it.
    public static let depthMax = 512 - 3

    private let bytes: UnsafeRawBufferPointer
    private var at = 0
    private var keys = ObjectKeys()

    /// The range between the outer braces of a JSON object; throws `JSONDefect` when the text is no fit object.
    public static func check(object bytes: UnsafeRawBufferPointer) throws(JSONDefect) -> Range<Int> {
        guard isValidUTF8(bytes) else { throw .invalidUTF8 }
        var scan = JSONCheck(bytes: bytes)
        scan.skipSpace()
        guard scan.peek() == UInt8(ascii: "{") else { throw .invalidJSON }
        let start = scan.at + 1
        try scan.value(depth: 1)
        let end = scan.at - 1
        scan.skipSpace()
        guard scan.at == bytes.count else { throw .invalidJSON }
        return start..<end
    }

    /// Whether the bytes are well-formed UTF-8 (RFC 3629).
    public static func isValidUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if isASCII(bytes) { return true }
        return String(validating: bytes, as: UTF8.self) != nil
    }

    /// Eight bytes at a time: every text of every row comes through here.
    private static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var (index, bits) = (0, UInt64(0))
        while index + 8 <= bytes.count {
            bits |= bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            index += 8
        }
        for byte in bytes[index...] { bits |= UInt64(byte) }
        return bits & 0x8080_8080_8080_8080 == 0
    }

    private init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    @inline(__always)
    private func peek() -> UInt8? {
        at < bytes.count ? bytes[at] : nil
    }

    @inline(__always)
    private mutating func skipSpace() {
        // Mostly there is none.
        if at < bytes.count, bytes[at] <= 0x20 { skipSpaces() }
    }

    private mutating func skipSpaces() {
        while at < bytes.count,
            bytes[at] == 0x20 || (bytes[at] >= 0x09 && bytes[at] <= 0x0D && bytes[at] != 0x0B && bytes[at] != 0x0C)
        {
            at += 1
        }
    }

    @inline(__always)
    private mutating func take(_ byte: UInt8) throws(JSONDefect) {
        guard peek() == byte else { throw .invalidJSON }
        at += 1
    }

    private mutating func value(depth: Int) throws(JSONDefect) {
        guard depth <= Self.depthMax else { throw .tooDeep }
        switch peek() {
        case UInt8(ascii: "{"): try object(depth: depth)
        case UInt8(ascii: "["): try array(depth: depth)
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONDefect) {
        try take(UInt8(ascii: "{"))
        var object = keys.open()
        skipSpace()
        if peek() == UInt8(ascii: "}") { return at += 1 }
        while true {
            skipSpace()
            let key = try string()
            guard keys.insert(key.range, escaped: key.escaped, of: bytes, into: &object) else { throw .duplicateKey }
            skipSpace()
            try take(UInt8(ascii: ":"))
            skipSpace()
            try value(depth: depth + 1)
            skipSpace()
            if peek() == UInt8(ascii: "}") {
                keys.close(object)
                return at += 1
            }
            try take(UInt8(ascii: ","))
        }
    }

    private mutating func array(depth: Int) throws(JSONDefect) {
        try take(UInt8(ascii: "["))
        skipSpace()
        if peek() == UInt8(ascii: "]") { return at += 1 }
        while true {
            skipSpace()
            try value(depth: depth + 1)
            skipSpace()
            if peek() == UInt8(ascii: "]") { return at += 1 }
            try take(UInt8(ascii: ","))
        }
    }

    /// The range between the quotes, and whether it holds an escape.
    private mutating func string() throws(JSONDefect) -> (range: Range<Int>, escaped: Bool) {
        try take(UInt8(ascii: "\""))
        let start = at
        var escaped = false
        while true {
            at = StringScan.special(in: bytes, from: at)
            switch peek() {
            case UInt8(ascii: "\""):
                at += 1
                return (start..<(at - 1), escaped)
            case UInt8(ascii: "\\"):
                escaped = true
                try escape()
            default: throw .invalidJSON
            }
        }
    }

    private mutating func escape() throws(JSONDefect) {
        at += 1
        guard let kind = peek() else { throw .invalidJSON }
        at += 1
        switch kind {
        case UInt8(ascii: "u"):
            guard at + 4 <= bytes.count, bytes[at..<(at + 4)].allSatisfy(\.isHexDigit) else { throw .invalidJSON }
            at += 4
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        default: throw .invalidJSON
        }
    }

    private mutating func word(_ word: StaticString) throws(JSONDefect) {
        let end = at + word.utf8CodeUnitCount
        guard end <= bytes.count,
            bytes[at..<end].elementsEqual(
                UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        else { throw .invalidJSON }
        at = end
    }

    private mutating func number() throws(JSONDefect) {
        let start = at
        if peek() == UInt8(ascii: "-") { at += 1 }
        if peek() == UInt8(ascii: "0") { at += 1 } else { try digits() }
        var long = at - start > 300
        if peek() == UInt8(ascii: ".") {
            at += 1
            try digits()
        }
        if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
            at += 1
            long = true
            if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { at += 1 }
            try digits()
        }
        guard long else { return }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw .numberOutOfRange }
    }

    private mutating func digits() throws(JSONDefect) {
        let start = at
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
        guard at > start else { throw .invalidJSON }
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        (self >= 0x30 && self <= 0x39) || (self | 0x20 >= 0x61 && self | 0x20 <= 0x66)
    }
}

/// Why a text is not a JSON object that every receiver reads alike.
public enum JSONDefect: Error, Sendable, CaseIterable {
    case invalidUTF8
    case invalidJSON
    case tooDeep
    case duplicateKey
    /// A number overflows a double.
    case numberOutOfRange
}
