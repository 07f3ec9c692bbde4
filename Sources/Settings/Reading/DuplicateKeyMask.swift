import Yams

/// A changed first letter that makes one of two equal keys unlike the other, in place, so that no position moves.
struct DuplicateKeyMask {
    /// Each mask costs one more parse.
    static let masksMax = 20

    /// In a longer text than any configuration is, one duplicate has to do.
    static let bytesMax = 64 << 10

    /// Where the masked key stands.
    let position: SourcePosition
    /// The text with the letter changed.
    let masked: String
    private let original: Unicode.Scalar
    private let mask: Unicode.Scalar

    /// Masks the key at a mark; nil when there were enough masks, or the key is not written out plainly there.
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

    /// The key's text as it was before.
    func restore(_ text: String) -> String {
        guard text.unicodeScalars.first == mask else { return text }
        return String(original) + String(text.unicodeScalars.dropFirst())
    }

    /// The index of a line and column, with the line breaks of YAML.
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
