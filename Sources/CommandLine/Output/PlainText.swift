import Foundation

/// Text from the database made safe for a terminal: what would steer it is shown as an escape.
enum PlainText {
    static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: steersTerminal) else { return text }
        var out = ""
        for scalar in text.unicodeScalars {
            if steersTerminal(scalar) { out += escape(scalar) } else { out.unicodeScalars.append(scalar) }
        }
        return out
    }

    /// Controls, line separators, and bidirectional controls, which rearrange what a person reads.
    static func steersTerminal(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    static func escape(_ scalar: Unicode.Scalar) -> String {
        "\\u" + String(format: "%04x", scalar.value)
    }
}
