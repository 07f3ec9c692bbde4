/// Text that may be shown, on a terminal, in an error or in a log: what is interpolated into it steers nothing.
///
/// Rows, the API's words, the configuration, file names and arguments all come from outside. What is written in the
/// source stands as it is; whatever is interpolated is made visible first, line ends included, so that it can neither
/// steer a terminal nor forge a line.
public struct PlainText: Sendable, Equatable, ExpressibleByStringInterpolation, CustomStringConvertible {
    public let text: String

    public init(stringLiteral text: String) {
        self.text = text
    }

    public init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
    }

    /// Text of the program's own, which may break lines and colour words.
    public init(own text: String) {
        self.text = text
    }

    public var description: String { text }

    public static func + (left: PlainText, right: PlainText) -> PlainText {
        PlainText(own: left.text + right.text)
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        var text = ""

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ literal: String) { text += literal }
        public mutating func appendInterpolation(_ plain: PlainText) { text += plain.text }
        public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            text += PlainText.visible(value.description)
        }
        public mutating func appendInterpolation(_ error: any Error) {
            text += PlainText.visible(String(describing: error))
        }
    }
}

extension PlainText {
    /// The text with an escape in the place of everything that steers.
    public static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: steers) else { return text }
        var out = ""
        for scalar in text.unicodeScalars {
            if steers(scalar) { out += escape(scalar) } else { out.unicodeScalars.append(scalar) }
        }
        return out
    }

    /// Controls, line separators, and bidirectional controls, which rearrange what a person reads.
    public static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// As JSON spells it; none of them needs more than four digits.
    public static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension Sequence where Element == PlainText {
    public func joined(separator: PlainText) -> PlainText {
        PlainText(own: map(\.text).joined(separator: separator.text))
    }
}
