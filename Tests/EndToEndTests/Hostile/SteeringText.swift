import Foundation

/// What in an output would steer a terminal, or rearrange what a person reads.
enum SteeringText {
    /// The places, each with what stands there; colour and the cursor's own moves are taken where they are allowed.
    static func places(in output: Data, allowsColor: Bool = false) -> [String] {
        guard let text = String(validating: output, as: UTF8.self) else { return ["bytes that are no UTF-8"] }
        var plain = text
        if allowsColor {
            plain = plain.replacing(/\u{1B}\[(?:[0-9;]*m|K|2K)/.matchingSemantics(.unicodeScalar), with: "").replacing(
                "\r\n", with: "\n")
        }
        return plain.unicodeScalars.indices.filter { steers(plain.unicodeScalars[$0]) }.prefix(3).map { index in
            let value = String(plain.unicodeScalars[index].value, radix: 16)
            return "U+\(value) after \(String(String(plain[..<index].suffix(60)).debugDescription))"
        }
    }

    private static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A: false
        case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
