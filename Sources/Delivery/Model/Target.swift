import Foundation

/// Where a request goes.
///
/// The target is frozen with the batch, so that a later configuration never sends the batch elsewhere.
public struct Target: Sendable, Hashable, Codable {
    /// The base URL of the API, without a trailing slash.
    public var url: String
    /// The id of the journey at the API.
    public var journey: Int64
    /// The id of the entrance step, when each request carries one user.
    public var entrance: Int64?
    /// The version of the API, as sent in `Spotzee-Version`.
    public var version: String

    public init(url: String, journey: Int64, entrance: Int64?, version: String) {
        self.url = url
        self.journey = journey
        self.entrance = entrance
        self.version = version
    }

    /// The shape of the request body, as it is part of the idempotency key.
    public var shape: String {
        entrance.map { "entrance:\($0)" } ?? "users"
    }

    /// Returns the target as the batch row stores it: a JSON object with sorted keys.
    public func text() -> String {
        var text: [UInt8] = []
        text.append(UInt8(ascii: "{"))
        if let entrance {
            text.append(ascii: "\"entrance\":")
            text.append(integer: entrance)
            text.append(UInt8(ascii: ","))
        }
        text.append(ascii: "\"journey\":")
        text.append(integer: journey)
        text.append(ascii: ",\"url\":")
        text.append(jsonString: url)
        text.append(ascii: ",\"version\":")
        text.append(jsonString: version)
        text.append(UInt8(ascii: "}"))
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads a text that `text()` has written. Throws `DecodingError` for any other text.
    public init(text: String) throws {
        self = try JSONDecoder().decode(Target.self, from: Data(text.utf8))
    }
}
