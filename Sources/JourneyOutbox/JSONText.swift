import Foundation

/// A JSON text that is sent to Spotzee byte for byte: `1.10` stays `1.10`.
///
/// This type does not check the text. The database checks at the insert that it is a JSON object.
public struct JSONText: Hashable, Sendable {
    /// The text itself.
    public let text: String

    /// Creates a value from text that is JSON already.
    public init(_ text: String) {
        self.text = text
    }

    /// Encodes a value as JSON, with sorted keys, dates in ISO 8601 and unescaped slashes.
    ///
    /// `Double` does not keep the digits of an amount: use strings, or write the JSON text yourself.
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
