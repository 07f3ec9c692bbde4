import Delivery
import PlainText

/// A value to be printed as JSON, with its keys in the given order.
///
/// The text is one line without control characters: stored data cannot start a terminal escape sequence.
indirect enum JSON: Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case string(String)
    case array([JSON])
    case object([Field])
    /// Text that is JSON already. It is printed unchanged, apart from control characters.
    case raw(String)

    struct Field: Equatable {
        let name: String
        let value: JSON

        init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    static func of(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
    static func of(_ number: (some BinaryInteger)?) -> JSON { number.map { .integer(Int64($0)) } ?? .null }
    static func of(_ time: WallTime?) -> JSON { time.map { .string(RFC3339.text($0)) } ?? .null }

    /// A number with one decimal place; null for one that is not finite or is out of range.
    static func tenths(_ number: Double) -> JSON {
        guard number.isFinite, abs(number) < 1e12 else { return .null }
        let tenths = Int64((number * 10).rounded())
        return .raw("\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)")
    }

    var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .string(let value): Self.quoted(value)
        case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .object(let fields):
            "{" + fields.map { "\(Self.quoted($0.name)):\($0.value.text)" }.joined(separator: ",") + "}"
        case .raw(let text): Self.escaped(text)
        }
    }

    /// The text as one line without control characters.
    var plain: PlainText { PlainText(own: text) }

    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case _ where PlainText.steers(scalar): out += PlainText.escape(scalar)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// Escapes control characters. Valid JSON can contain them as white space, and above U+007E in strings.
    private static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 {
                out += " "
            } else if PlainText.steers(scalar) {
                out += PlainText.escape(scalar)
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
