import Delivery
import SQLiteStore

extension BatchRecord {
    var json: JSON { .object(fields) }

    var fields: [JSON.Field] {
        [
            .init("id", .of(id)), .init("journey", .string(journey)), .init("state", .string(state.rawValue)),
            .init("outcome", .of(outcome)), .init("size", .of(size)), .init("attempts", .of(attempts)),
            .init("key", .string(key)), .init("body_sha256", .string(bodySHA256)),
            .init(
                "target",
                .object([
                    .init("url", .string(target.url)), .init("journey_id", .of(target.journey)),
                    .init("entrance_id", .of(target.entrance)), .init("version", .string(target.version)),
                ])),
            .init("api_key_fingerprint", .string(apiKeyFingerprint)), .init("traceparent", .of(traceparent)),
            .init("possibly_executed_since", .of(possiblyExecutedSince)), .init("frozen_at", .of(frozenAt)),
            .init("sent_at", .of(sentAt)), .init("due_at", state == .sending ? .of(dueAt) : .null),
            .init("settled_at", .of(settledAt)), .init("code", .of(code)), .init("message", .of(message)),
            .init("request_id", .of(requestID)), .init("parent_id", .of(parent)),
        ]
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
