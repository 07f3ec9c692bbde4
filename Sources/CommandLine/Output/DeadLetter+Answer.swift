import Delivery
import Foundation
import PlainText
import SQLiteStore

extension DeadLetter {
    var json: JSON {
        .object(
            record.deadLetterFields + [
                .init("epoch", .of(epoch)), .init("ordering_key", .of(orderingKey)), .init("dedup_key", .of(dedupKey)),
                .init("scheduled_at", .of(scheduledAt)), .init("expires_at", .of(expiresAt)),
                .init("traceparent", .of(traceparent)), .init("profile", Self.payload(profile)),
                .init("data", Self.payload(data)),
            ])
    }

    func text(on terminal: Terminal) -> PlainText {
        guard case .object(let fields) = json else { return "" }
        let width = fields.map(\.name.count).max() ?? 0
        return fields.map { field -> PlainText in
            let name = field.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
            return switch field.value {
            case .string(let text): "\(name)\(text)"
            case .null: "\(name)-"
            default: "\(name)\(field.value.plain)"
            }
        }.joined(separator: "\n")
    }

    /// A sound JSON object as it is stored, digit for digit; any other text as a string.
    private static func payload(_ bytes: [UInt8]?) -> JSON {
        guard let bytes else { return .null }
        do {
            _ = try bytes.withUnsafeBytes { try JSONCheck.check(object: $0) }
            return .raw(String(decoding: bytes, as: UTF8.self))
        } catch {
            return .string(String(decoding: bytes, as: UTF8.self))
        }
    }
}
