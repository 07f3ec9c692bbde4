import Foundation
import Logging
import PlainText

/// One event as text. Nothing in it can start a second line or a terminal escape sequence.
struct LogLine {
    /// A field as it was logged. A number stays a number in JSON.
    struct Attribute {
        let name: String
        let text: String
        let isNumber: Bool

        init(name: String, value: Logger.MetadataValue) {
            self.name = name
            text = value.description
            isNumber = Self.isNumber(value)
        }

        private static func isNumber(_ value: Logger.MetadataValue) -> Bool {
            guard case .stringConvertible(let value) = value else { return false }
            return value is any BinaryInteger || (value as? Double)?.isFinite == true
        }
    }

    let level: Logger.Level
    let event: String
    let fields: [Attribute]

    /// - Parameter isTimed: whether a line of text begins with the time and the level. The journal stores both itself.
    func text(_ format: LogFormat, isTimed: Bool = true, now: Date = Date()) -> String {
        switch format {
        case .text: (isTimed ? "\(Self.timestamp(now)) \(level.rawValue) " : "") + plain
        case .json: json(now)
        }
    }

    /// The priority of the line for the journal.
    var prefix: String { "<\(priority)>" }

    private var plain: String {
        ([PlainText.visible(event)] + fields.map { "\(PlainText.visible($0.name))=\(Self.quoted($0.text))" }).joined(
            separator: " ")
    }

    private func json(_ now: Date) -> String {
        let head = [("time", Self.timestamp(now)), ("level", level.rawValue), ("event", event)].map {
            "\"\($0.0)\":\(JSON.quoted($0.1))"
        }
        let rest = fields.map { "\(JSON.quoted($0.name)):\($0.isNumber ? $0.text : JSON.quoted($0.text))" }
        return "{" + (head + rest).joined(separator: ",") + "}"
    }

    /// The priority by syslog(3).
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

    private static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F && $0 != "\"" && $0 != "=" }
        return isPlain ? text : JSON.quoted(text)
    }

    private static func timestamp(_ date: Date) -> String {
        date.formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted))
    }
}
