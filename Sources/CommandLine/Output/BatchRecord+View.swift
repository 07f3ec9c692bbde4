import Delivery
import Operation

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
