import Foundation

/// A row that a producer should not write, and its required outcome.
struct HostileRow: Sendable {
    enum ExpectedOutcome: Sendable, Equatable {
        /// The INSERT fails, and its message contains this text.
        case refused(String)
        /// The row alone becomes a dead letter with this code, and is never sent.
        case quarantined(String)
        /// Arrives byte for byte.
        case delivered
    }

    var what: String
    var number: Int
    /// Text columns, as bytes that may be no valid text.
    var texts: [String: [UInt8]]
    /// Columns that are bound as blobs.
    var blobs: Set<String> = []
    var others: [String: Int64] = [:]
    var fate: ExpectedOutcome

    /// The row of an effect: every `external_id` begins with the row's number.
    static func number(ofExternalID id: String?) -> Int? {
        // The comparison is by bytes, because a combining mark after the dot would join it.
        guard let bytes = id?.utf8, bytes.starts(with: "row-".utf8) else { return nil }
        return Int(String(decoding: bytes.dropFirst(4).prefix { $0 != 0x2E }, as: UTF8.self))
    }

    var isUsersShape: Bool { texts["journey"].map { $0 == Array("welcome".utf8) } ?? true }

    // MARK: What the API must receive

    /// The user object, composed from the columns independently of the worker.
    var entry: [UInt8] {
        var entry = Array("{".utf8)
        for name in ["external_id", "anonymous_id", "email"] {
            guard let text = texts[name] else { continue }
            if entry.count > 1 { entry += Array(",".utf8) }
            entry += Array("\"\(name)\":".utf8) + Self.quoted(text)
        }
        if let profile = texts["profile"], let open = profile.firstIndex(of: 0x7B),
            let close = profile.lastIndex(of: 0x7D)
        {
            let inside = profile[(open + 1)..<close]
            if inside.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) { entry += Array(",".utf8) }
            entry += inside
        }
        if isUsersShape, let data = texts["data"] { entry += Array(",\"data\":".utf8) + data }
        return entry + Array("}".utf8)
    }

    /// RFC 8259: only quote, backslash and controls need an escape.
    private static func quoted(_ text: [UInt8]) -> [UInt8] {
        var quoted: [UInt8] = [0x22]
        for byte in text {
            switch byte {
            case 0x22, 0x5C: quoted += [0x5C, byte]
            case 0..<0x20: quoted += Array(String(format: "\\u%04x", byte).utf8)
            default: quoted.append(byte)
            }
        }
        return quoted + [0x22]
    }
}
