import PlainText

/// The literal text of a scalar, and whether it was written without quotes.
struct ScalarText: Equatable {
    let text: String
    let isPlain: Bool

    init(_ text: String, isPlain: Bool = true) {
        self.text = text
        self.isPlain = isPlain
    }

    /// Whether the scalar is empty or one of YAML's words for null.
    var isNull: Bool {
        isPlain && ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The text in quotes for a message.
    var quoted: String { Self.quoted(text) }

    /// A text in quotes for a message.
    static func quoted(_ text: String) -> String { "\"\(shown(text))\"" }

    /// A text for a message: one line of at most 60 Unicode scalars, and never a secret key.
    static func shown(_ text: String) -> String {
        if text.firstMatch(of: /(?:^|[^A-Za-z0-9])sk_/) != nil { return "sk_…(redacted)" }
        let shown = PlainText.visible(String(String.UnicodeScalarView(text.unicodeScalars.prefix(60))))
        return text.unicodeScalars.count > 60 ? shown + "…" : shown
    }
}
