import Foundation
import Logging

/// One event as text: nothing in it can start a second line or a terminal escape.
struct LogLine {
    let level: Logger.Level
    let event: String
    let fields: [(String, String)]

    func text(_ format: LogFormat, now: Date = Date()) -> String {
        switch format {
        case .text: "\(Self.timestamp(now)) \(level.rawValue) \(plain)"
        case .journal: "<\(priority)>\(plain)"
        case .json: json(now)
        }
    }

    private var plain: String {
        ([event] + fields.map { "\($0.0)=\(Self.quoted($0.1))" }).joined(separator: " ")
    }

    private func json(_ now: Date) -> String {
        let all = [("time", Self.timestamp(now)), ("level", level.rawValue), ("event", event)] + fields
        return "{" + all.map { "\(Self.jsonString($0.0)):\(Self.jsonString($0.1))" }.joined(separator: ",") + "}"
    }

    /// syslog(3)'s priorities.
    private var priority: Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }

    /// The text with every character that could steer a terminal made visible.
    static func visible(_ text: String) -> String {
        String(jsonString(text).dropFirst().dropLast())
    }

    private static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F && $0 != "\"" && $0 != "=" }
        return isPlain ? text : jsonString(text)
    }

    private static func jsonString(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case _
            where scalar.value < 0x20 || (scalar.value >= 0x7F && scalar.value < 0xA0) || Self.steersText(scalar):
                out += "\\u" + String(format: "%04x", scalar.value)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// Line separators and bidirectional controls, which would rearrange what a person reads.
    private static func steersText(_ scalar: Unicode.Scalar) -> Bool {
        (0x2028...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }

    private static func timestamp(_ date: Date) -> String {
        date.formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted))
    }
}
