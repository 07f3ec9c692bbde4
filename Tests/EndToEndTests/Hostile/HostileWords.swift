import Foundation

/// A generator of texts with terminal controls or forged lines. The same seed gives the same texts.
struct HostileWords {
    private var random: SeededNumbers

    init(seed: UInt64) {
        random = SeededNumbers(seed: seed)
    }

    private static let pieces = [
        "\n\(SteeringText.forgery) ", "\r\n\(SteeringText.forgery) ", "\u{85}", "\u{2028}", "\u{2029}", "\u{B}",
        "\u{C}",
        "\u{1B}[35m", "\u{1B}]0;owned\u{7}", "\u{1B}[2J", "\u{1B}c", "\u{9B}2J", "\u{90}", "\u{9C}", "\u{7F}", "\u{8}",
        "\r", "\t", "\u{202E}", "\u{202A}", "\u{2066}", "\u{2069}", "\u{200E}", "\u{200F}", "\u{61C}", "\u{1}",
        "\u{1F}",
        "x", "é", "\u{1F600}", "\"", "'", "\\", "\\u001b", "=", "<3>", "{}", ": ", "a b",
    ]

    /// A text that is never empty and never harmless.
    mutating func text() -> String {
        let count = Int.random(in: 1...5, using: &random)
        return "w" + (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
            + "\u{1B}[7m\n\(SteeringText.forgery)"
    }

    /// A text as JSON, sometimes with half a surrogate pair or with bytes that are not UTF-8.
    mutating func json() -> [UInt8] {
        var out = Array("\"".utf8)
        for scalar in text().unicodeScalars {
            switch scalar {
            case "\"", "\\": out += Array("\\\(scalar)".utf8)
            case _ where scalar.value < 0x20: out += Array(String(format: "\\u%04x", scalar.value).utf8)
            default: out += Array(String(scalar).utf8)
            }
        }
        switch Int.random(in: 0..<12, using: &random) {
        case 0: out += Array(#"\ud800"#.utf8)
        case 1: out += [0xC3, 0x28, 0x9B]
        default: break
        }
        return out + Array("\"".utf8)
    }

    /// A header value, which cannot contain every control character.
    mutating func header() -> [UInt8] {
        let kept = text().unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
        return Array(String(String.UnicodeScalarView(kept)).utf8) + [0x9B, 0xFF]
    }

    mutating func chance(_ part: Int, of whole: Int) -> Bool {
        Int.random(in: 0..<whole, using: &random) < part
    }
}
