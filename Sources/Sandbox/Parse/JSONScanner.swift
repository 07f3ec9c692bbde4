/// Scans JSON bytes and returns the ranges of the values, without decoding them (RFC 8259).
///
/// The sandbox logs the received bytes unchanged. A decoder would change the form of numbers and the order of keys.
/// Nesting deeper than `depthMax` is a fault, so the recursion is bounded.
struct JSONScanner {
    static let depthMax = 512
    let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// Scans one value with the white space around it, and returns the range of the value.
    mutating func value(depth: Int = 0) throws(JSONFault) -> Range<Int> {
        skipSpace()
        let start = position
        switch peek {
        case UInt8(ascii: "{"): try object(depth: depth) { _, _ in }
        case UInt8(ascii: "["): try array(depth: depth) { _ in }
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: try number()
        }
        let end = position
        skipSpace()
        return start..<end
    }

    /// Scans an object, and passes the ranges of each member's key (with its quotes) and value to `each`.
    mutating func object(depth: Int, each: (Range<Int>, Range<Int>) -> Void) throws(JSONFault) {
        try open(UInt8(ascii: "{"), depth: depth)
        if take(UInt8(ascii: "}")) { return }
        repeat {
            skipSpace()
            let start = position
            try string()
            let key = start..<position
            skipSpace()
            try expect(UInt8(ascii: ":"))
            each(key, try value(depth: depth + 1))
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    /// Scans an array, and passes the range of each element to `each`.
    mutating func array(depth: Int, each: (Range<Int>) -> Void) throws(JSONFault) {
        try open(UInt8(ascii: "["), depth: depth)
        if take(UInt8(ascii: "]")) { return }
        repeat {
            each(try value(depth: depth + 1))
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
    }

    private mutating func string() throws(JSONFault) {
        try expect(UInt8(ascii: "\""))
        while let byte = peek, byte >= 0x20 {
            position += 1
            if byte == UInt8(ascii: "\"") { return }
            if byte == UInt8(ascii: "\\") { try escape() }
        }
        throw JSONFault(offset: position)
    }

    private mutating func escape() throws(JSONFault) {
        guard let byte = peek, "\"\\/bfnrtu".utf8.contains(byte) else { throw JSONFault(offset: position) }
        position += 1
        guard byte == UInt8(ascii: "u") else { return }
        for _ in 0..<4 {
            guard let digit = peek, Character(UnicodeScalar(digit)).isHexDigit else {
                throw JSONFault(offset: position)
            }
            position += 1
        }
    }

    private mutating func number() throws(JSONFault) {
        _ = takeIf(UInt8(ascii: "-"))
        if !takeIf(UInt8(ascii: "0")) { try digits() }
        if takeIf(UInt8(ascii: ".")) { try digits() }
        if takeIf(UInt8(ascii: "e")) || takeIf(UInt8(ascii: "E")) {
            _ = takeIf(UInt8(ascii: "+")) || takeIf(UInt8(ascii: "-"))
            try digits()
        }
    }

    private mutating func digits() throws(JSONFault) {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
        }
        guard position > start else { throw JSONFault(offset: position) }
    }

    private mutating func literal(_ word: String) throws(JSONFault) {
        for byte in word.utf8 {
            try expect(byte)
        }
    }

    private mutating func open(_ byte: UInt8, depth: Int) throws(JSONFault) {
        guard depth < JSONScanner.depthMax else { throw JSONFault(offset: position) }
        try expect(byte)
        skipSpace()
    }

    private mutating func expect(_ byte: UInt8) throws(JSONFault) {
        guard takeIf(byte) else { throw JSONFault(offset: position) }
    }

    /// Skips white space, and consumes the byte if it is the next one.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        return takeIf(byte)
    }

    private mutating func takeIf(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private var peek: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }
}

/// An error for bytes that are not JSON, with the offset of the first wrong byte.
struct JSONFault: Error, Equatable {
    var offset: Int
}
