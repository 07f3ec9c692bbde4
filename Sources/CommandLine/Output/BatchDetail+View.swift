import Delivery
import Foundation
import Operation
import PlainText

extension BatchDetail {
    /// The batch as text: its facts, then its answers, then its members.
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

extension BatchDetail {
    var json: JSON {
        .object(
            record.fields.filter { $0.name != "parent_id" } + [
                .init("answers", .array(answers.map(Self.json))),
                .init(
                    "lineage",
                    .object([
                        .init("parent_id", .of(record.parent)),
                        .init("successor_ids", .array(successors.map { .of($0) })),
                        .init(
                            "moved",
                            .object(
                                moved.sorted { $0.key < $1.key }.map { name, ids in
                                    .init(name, .array(ids.map { .of($0) }))
                                })),
                    ])),
                .init("members", .array(members.map(Self.json))),
            ])
    }

    private static func json(_ answer: Answer) -> JSON {
        .object([
            .init("attempt", .of(answer.attempt)), .init("at", .of(WallTime(milliseconds: answer.at))),
            .init("status", .of(answer.status)), .init("code", .of(answer.code)),
            .init("message", .of(answer.message)), .init("request_id", .of(answer.requestID)),
        ])
    }

    private static func json(_ member: Member) -> JSON {
        .object([
            .init("id", .of(member.id)), .init("attempts", .of(member.attempts)), .init("epoch", .of(member.epoch)),
            .init("external_id", .of(member.externalID)), .init("anonymous_id", .of(member.anonymousID)),
            .init("email", .of(member.email)), .init("ordering_key", .of(member.orderingKey)),
            .init("dedup_key", .of(member.dedupKey)), .init("scheduled_at", .of(member.scheduledAt)),
            .init("expires_at", .of(member.expiresAt)), .init("created_at", .of(member.createdAt)),
            .init("traceparent", .of(member.traceparent)), .init("previous_batch_id", .of(member.previousBatch)),
        ])
    }
}
