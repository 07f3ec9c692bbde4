import Foundation

/// Where a request goes, in full: frozen with the batch, so that a later configuration never retargets it.
public struct Target: Sendable, Hashable, Codable {
    public var url: String
    public var journey: Int64
    public var entrance: Int64?
    public var version: String

    public init(url: String, journey: Int64, entrance: Int64?, version: String) {
        self.url = url
        self.journey = journey
        self.entrance = entrance
        self.version = version
    }

    /// The wire shape, as it enters the idempotency key.
    public var shape: String {
        entrance.map { "entrance:\($0)" } ?? "users"
    }

    /// The target as the batch row keeps it: JSON with sorted keys.
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

    /// Reads what `text()` wrote; throws `DecodingError` for anything else.
    public init(text: String) throws {
        self = try JSONDecoder().decode(Target.self, from: Data(text.utf8))
    }
}
