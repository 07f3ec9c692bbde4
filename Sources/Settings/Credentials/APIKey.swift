/// A secret key of the API. Printing, dumping and interpolating it never show the secret.
public struct APIKey: Sendable, Equatable {
    /// The longest key, in bytes.
    static let bytesMax = 1000

    private let secret: String

    /// Creates a key from its text. Whitespace around it is removed.
    ///
    /// - Throws: `APIKeyError.Code.unusable` for an empty text, for more than `bytesMax` bytes, for a character that is
    ///   not visible ASCII, and for a publishable or organisation key. The message never contains the text.
    public init(_ text: String) throws(APIKeyError) {
        let trimmed = text.drop(while: \.isWhitespace)
        let end = trimmed.lastIndex { !$0.isWhitespace }.map { trimmed.index(after: $0) } ?? trimmed.startIndex
        secret = String(trimmed[..<end])
        if let complaint = Self.complaint(about: secret) { throw .unusable(complaint) }
    }

    /// Passes the secret to a closure. The closure should put it into the header of a request only.
    public func withSecret<Result>(_ body: (String) throws -> Result) rethrows -> Result {
        try body(secret)
    }

    private static func complaint(about secret: String) -> Complaint? {
        if secret.isEmpty { return Complaint("is empty", "give a secret key (sk_…)") }
        if secret.utf8.count > bytesMax {
            return Complaint("is longer than \(bytesMax) bytes", "give the secret key (sk_…) alone")
        }
        if secret.lowercased().hasPrefix("bearer ") {
            return Complaint("begins with Bearer", "give the secret key (sk_…) alone")
        }
        if secret.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) {
            return Complaint(
                "contains whitespace, a control character or a letter beyond ASCII",
                "give the secret key (sk_…) alone, on one line")
        }
        if secret.hasPrefix("\"") || secret.hasPrefix("'") {
            return Complaint("begins with a quote", "give the secret key (sk_…) without quotes")
        }
        if secret.hasPrefix("pk_") {
            return Complaint("is a publishable key (pk_…)", "a secret key (sk_…) is needed")
        }
        if secret.hasPrefix("ok_") {
            return Complaint("is an organisation key (ok_…)", "a secret key (sk_…) of the project is needed")
        }
        return nil
    }
}

extension APIKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "sk_…(redacted)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
