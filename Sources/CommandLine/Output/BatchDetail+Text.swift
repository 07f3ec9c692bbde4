import Delivery
import Foundation
import PlainText
import SQLiteStore

extension BatchDetail {
    /// The batch for a person: its facts, then its answers, then its members.
    func text(on terminal: Terminal) -> PlainText {
        [facts, answerTable.text(on: terminal), memberTable.text(on: terminal)].joined(separator: "\n\n")
    }

    private var facts: PlainText {
        let went = moved.sorted { $0.key < $1.key }
        let lineage =
            [JSON.Field("successor_ids", .array(successors.map { .of($0) }))]
            + went.map { JSON.Field("moved to \($0.key)", .array($0.value.map { .of($0) })) }
        let fields = (record.fields + lineage).filter { $0.value != .null && $0.value != .array([]) }
        let width = fields.map(\.name.count).max() ?? 0
        return fields.map { field -> PlainText in
            let name = field.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
            if case .string(let text) = field.value { return "\(name)\(text)" }
            return "\(name)\(field.value.plain)"
        }.joined(separator: "\n")
    }

    private var answerTable: TextTable {
        var table = TextTable(columns: [
            .init("attempt", .right), .init("at"), .init("status", .right), .init("code", widthMin: 12),
            .init("request_id", widthMin: 8), .init("message", widthMin: 7),
        ])
        table.rows = answers.map { answer in
            [
                .init(String(answer.attempt)), .init(RFC3339.text(WallTime(milliseconds: answer.at))),
                .init(answer.status.map { String($0) } ?? ""), .init(answer.code ?? ""),
                .init(answer.requestID ?? ""), .init(answer.message ?? ""),
            ]
        }
        return table
    }

    private var memberTable: TextTable {
        var table = TextTable(columns: [
            .init("member", .right), .init("contact", widthMin: 8), .init("attempts", .right), .init("epoch", .right),
            .init("created_at"), .init("previous", .right),
        ])
        table.rows = members.map { member in
            [
                .init(String(member.id)), .init(member.externalID ?? member.email ?? member.anonymousID ?? ""),
                .init(String(member.attempts)), .init(String(member.epoch)), .init(RFC3339.text(member.createdAt)),
                .init(member.previousBatch.map { String($0) } ?? ""),
            ]
        }
        return table
    }
}
