import Yams

/// A replacement of the first letter of a duplicate key, so that the parser continues behind it.
///
/// The letter becomes one other character, so that no position in the file changes.
struct DuplicateKeyMask {
    /// The most masks in one file. Each mask needs one more parse.
    static let masksMax = 20

    /// The longest text in which duplicates are masked. In a longer text, only the first duplicate is reported.
    static let bytesMax = 64 << 10

    /// The position of the masked key.
    let position: SourcePosition
    /// The text with the replaced letter.
    let masked: String
    private let original: Unicode.Scalar
    private let mask: Unicode.Scalar

    /// Masks the key at a position; nil when a limit is reached, or when the key is not in plain text there.
    init?(_ names: [String], at mark: Mark, number: Int, in text: String) {
        guard number < Self.masksMax, text.utf8.count <= Self.bytesMax,
            let mask = Unicode.Scalar(0xE000 + UInt32(number))
        else { return nil }
        let scalars = text.unicodeScalars
        guard var index = Self.index(of: mark, in: scalars) else { return nil }
        if scalars[index] == "\"" || scalars[index] == "'" { index = scalars.index(after: index) }
        guard let name = names.first(where: { scalars[index...].starts(with: $0.unicodeScalars) }),
            let original = name.unicodeScalars.first
        else { return nil }
        var changed = scalars
        changed.replaceSubrange(index...index, with: CollectionOfOne(mask))
        position = SourcePosition(mark)
        masked = String(changed)
        self.original = original
        self.mask = mask
    }

    /// The original text of a key.
    func restore(_ text: String) -> String {
        guard text.unicodeScalars.first == mask else { return text }
        return String(original) + String(text.unicodeScalars.dropFirst())
    }

    /// The index of a line and column, with the line breaks that YAML defines (YAML 1.1, section 4.2).
    private static func index(
        of mark: Mark, in scalars: String.UnicodeScalarView
    ) -> String.UnicodeScalarView.Index? {
        var index = scalars.startIndex
        var line = 1
        while line < mark.line, index < scalars.endIndex {
            let scalar = scalars[index]
            index = scalars.index(after: index)
            let isPair = scalar == "\r" && index < scalars.endIndex && scalars[index] == "\n"
            if !isPair, "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains(scalar) { line += 1 }
        }
        let found = scalars.index(index, offsetBy: mark.column - 1, limitedBy: scalars.endIndex)
        return found.flatMap { $0 < scalars.endIndex ? $0 : nil }
    }
}
