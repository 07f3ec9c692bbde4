import Foundation

/// Splits a line that is one JSON object into its members, with the text of each value byte for byte.
///
/// Nested values are not checked: the outbox's guards check what is stored.
struct JSONObjectScan {
    struct Fault: Error, Equatable {
        let message: String
    }

    private let bytes: [UInt8]
    private var at = 0

    /// The members in their order; throws `Fault` when the line is not one JSON object.
    static func members(of bytes: [UInt8]) throws(Fault) -> [(name: String, value: [UInt8])] {
        var scan = JSONObjectScan(bytes: bytes)
        return try scan.object()
    }

    /// The text of a JSON string literal; nil when it is not one.
    static func text(_ literal: [UInt8]) -> [UInt8]? {
        guard literal.first == UInt8(ascii: "\"") else { return nil }
        do {
            return Array(try JSONDecoder().decode(String.self, from: Data(literal)).utf8)
        } catch {
            return nil
        }
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func object() throws(Fault) -> [(name: String, value: [UInt8])] {
        var members: [(name: String, value: [UInt8])] = []
        try take("{")
        if !skip("}") {
            repeat {
                skipSpace()
                guard let name = Self.text(try string()) else { throw Fault(message: "a name is not a JSON string") }
                try take(":")
                skipSpace()
                members.append((String(decoding: name, as: UTF8.self), try value()))
            } while skip(",")
            try take("}")
        }
        skipSpace()
        guard at == bytes.count else { throw Fault(message: "there is more after the JSON object") }
        return members
    }

    private mutating func value() throws(Fault) -> [UInt8] {
        guard at < bytes.count else { throw Fault(message: "the JSON object ends too early") }
        if bytes[at] == UInt8(ascii: "\"") { return try string() }
        let start = at
        var depth = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                _ = try string()
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return try nonEmpty(start) }
                depth -= 1
                if depth == 0 {
                    at += 1
                    return Array(bytes[start..<at])
                }
            case UInt8(ascii: ",") where depth == 0: return try nonEmpty(start)
            default: break
            }
            at += 1
        }
        throw Fault(message: "the JSON object ends too early")
    }

    private func nonEmpty(_ start: Int) throws(Fault) -> [UInt8] {
        let text = bytes[start..<at].reversed().drop { Self.isSpace($0) }.reversed()
        guard !text.isEmpty else { throw Fault(message: "a value is missing") }
        return Array(text)
    }

    /// A string literal with its quotes.
    private mutating func string() throws(Fault) -> [UInt8] {
        let start = at
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw Fault(message: "a name is missing") }
        at += 1
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard at < bytes.count else { throw Fault(message: "a string does not end") }
        at += 1
        return Array(bytes[start..<at])
    }

    private mutating func take(_ byte: Unicode.Scalar) throws(Fault) {
        guard skip(byte) else { throw Fault(message: "it is not a JSON object: \(byte) is missing") }
    }

    private mutating func skip(_ byte: Unicode.Scalar) -> Bool {
        skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: byte) else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while at < bytes.count, Self.isSpace(bytes[at]) { at += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
