/// Text that is safe to show on a terminal, in an error or in a log.
///
/// Rows, answers of the API, the configuration, file names and arguments come from outside. Interpolated values are
/// escaped first, line ends included, so that they can neither control a terminal nor forge a line. Literal text from
/// the source code is not changed.
public struct PlainText: Sendable, Equatable, ExpressibleByStringInterpolation, CustomStringConvertible {
    public let text: String

    public init(stringLiteral text: String) {
        self.text = text
    }

    public init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
    }

    /// Creates a text from trusted text of the program, which may contain line breaks and colours.
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
    /// The text with an escape in place of every control character.
    public static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: steers) else { return text }
        var out = ""
        for scalar in text.unicodeScalars {
            if steers(scalar) { out += escape(scalar) } else { out.unicodeScalars.append(scalar) }
        }
        return out
    }

    /// Whether a scalar is a control character, a line separator, or a bidirectional control, which changes the visible
    /// order.
    ///
    /// Source: Unicode Standard Annex #9 for the bidirectional controls.
    public static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// The escape of a scalar, as JSON spells it. All scalars that are escaped have at most four hexadecimal digits.
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
