import Foundation

/// A JSON text that travels to Spotzee byte for byte: `1.10` stays `1.10`.
///
/// The text is not looked at here. Whether it is a JSON object is the database's to say, at the insert.
public struct JSONText: Hashable, Sendable {
    /// The text itself.
    public let text: String

    /// A text that is JSON already.
    public init(_ text: String) {
        self.text = text
    }

    /// A value written as JSON: keys sorted, dates in ISO 8601, slashes unescaped.
    ///
    /// Amounts that must keep their digits belong in strings or in a text of your own, since `Double` keeps none.
    ///
    /// - Throws: `OutboxError.Code.notEncodable` with the encoder's reason.
    public init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        do {
            text = String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw OutboxError(.notEncodable, "\(type(of: value)) cannot be written as JSON: \(error)")
        }
    }
}

extension JSONText: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) {
        self.init(text)
    }
}
