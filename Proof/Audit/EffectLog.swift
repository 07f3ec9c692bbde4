import Foundation

/// The sandbox's append-only log, read from its file: what the API's side saw and did.
public struct EffectLog: Sendable {
    /// One user who entered one journey.
    public struct Effect: Sendable, Decodable {
        public let seq: Int64
        public let at: Int64
        public let journey: Int
        /// The entry's `data` (or the call's `event`), as it was received.
        public let data: String?
    }

    /// One request and what was answered.
    public struct Request: Sendable, Decodable {
        public let seq: Int64
        public let at: Int64
        public let method: String
        public let path: String
        public let key: String?
        public let bodySHA256: String
        public let status: Int?
        public let code: String?
        public let requestID: String
    }

    private struct Kind: Decodable {
        let type: String
    }

    public private(set) var effects: [Effect] = []
    public private(set) var requests: [Request] = []

    /// Reads the whole file; throws when a line that has its line feed cannot be read.
    public init(path: String) throws {
        let text = try Data(contentsOf: URL(fileURLWithPath: path))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { Name($0.last?.stringValue ?? "") }
        // What follows the last line feed was being written when its writer ended: no answer to it ever left.
        let end = text.lastIndex(of: UInt8(ascii: "\n")) ?? text.startIndex
        for line in text[..<end].split(separator: UInt8(ascii: "\n")) {
            switch try decoder.decode(Kind.self, from: line).type {
            case "effect": effects.append(try decoder.decode(Effect.self, from: line))
            default: requests.append(try decoder.decode(Request.self, from: line))
            }
        }
    }

    /// The log's names as they are spelled here.
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) {
            switch name {
            case "body_sha256": stringValue = "bodySHA256"
            case "request_id": stringValue = "requestID"
            default: stringValue = name
            }
        }

        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { return nil }
    }
}
