import Foundation

/// Finds text in an output that controls a terminal, reorders the visible text, or imitates a line of the program.
enum SteeringText {
    /// The word after every line end in hostile texts. No line of an output may begin with it.
    static let forgery = "forged"

    /// Returns each occurrence with its context. On a terminal, the program's own colours and cursor moves are allowed.
    static func places(in output: Data, onTerminal isTerminal: Bool = false) -> [String] {
        guard let text = String(validating: output, as: UTF8.self) else { return ["bytes that are no UTF-8"] }
        let plain = isTerminal ? text.replacing(own, with: "").replacing("\r\n", with: "\n") : text
        let steering = plain.unicodeScalars.indices.filter { steers(plain.unicodeScalars[$0]) }.prefix(3).map { index in
            let value = String(plain.unicodeScalars[index].value, radix: 16)
            return "U+\(value) after \(String(String(plain[..<index].suffix(60)).debugDescription))"
        }
        let forged = plain.unicodeScalars.split(separator: "\n").map { String($0) }.filter { $0.hasPrefix(forgery) }
        return steering + forged.prefix(3).map { "a line that begins \($0.prefix(60).debugDescription)" }
    }

    /// The colours of `TextTable.Style` and their end, and clearing a screen and a line. No hostile text contains
    /// exactly these.
    private static var own: Regex<Substring> {
        /\u{1B}\[(?:0|1|31|32|33)m|\u{1B}\[H\u{1B}\[2J|\r\u{1B}\[K/.matchingSemantics(.unicodeScalar)
    }

    private static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
