import Foundation

/// One user who entered one journey, according to the API's log. Times are in milliseconds of Unix time.
public struct LoggedEffect: Sendable, Decodable {
    public let seq: Int64
    public let at: Int64
    public let journey: Int
    /// The entry's `data` (or the call's `event`), as it was received.
    public let data: String?
}

/// One request and its answer, according to the API's log. Times are in milliseconds of Unix time.
public struct LoggedRequest: Sendable, Decodable {
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

/// The append-only log file of the sandbox: every request that the API received, and every effect.
public struct APILog: Sendable {
    private struct LineType: Decodable {
        let type: String
    }

    public private(set) var effects: [LoggedEffect] = []
    public private(set) var requests: [LoggedRequest] = []

    /// Reads the whole file.
    ///
    /// - Throws: when the file or a complete line of it cannot be read. A last line without its line feed is ignored.
    public init(path: String) throws {
        let text = try Data(contentsOf: URL(fileURLWithPath: path))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { FieldName($0.last?.stringValue ?? "") }
        // The process ended while it wrote the line after the last line feed. It has sent no answer for that line.
        let end = text.lastIndex(of: UInt8(ascii: "\n")) ?? text.startIndex
        for line in text[..<end].split(separator: UInt8(ascii: "\n")) {
            switch try decoder.decode(LineType.self, from: line).type {
            case "effect": effects.append(try decoder.decode(LoggedEffect.self, from: line))
            default: requests.append(try decoder.decode(LoggedRequest.self, from: line))
            }
        }
    }

    /// A name of a field in the log, converted to the spelling in Swift.
    private struct FieldName: CodingKey {
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
