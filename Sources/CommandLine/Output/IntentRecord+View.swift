import Delivery
import Operation
import PlainText

extension IntentRecord {
    /// The contact: the external id, or else the email, or else the anonymous id.
    var contact: String { externalID ?? email ?? anonymousID ?? "" }

    var json: JSON {
        .object(
            identity + [
                .init("state", .string(state.rawValue)), .init("attempts", .of(attempts)), .init("code", .of(code)),
                .init("message", .of(message)), .init("request_id", .of(requestID)), .init("batch_id", .of(batch)),
                .init("due_at", .of(dueAt)), .init("created_at", .of(createdAt)), .init("updated_at", .of(updatedAt)),
            ])
    }

    /// The fields of a dead letter. Its last change is its death.
    var deadLetterFields: [JSON.Field] {
        identity + [
            .init("code", .of(code)), .init("message", .of(message)), .init("request_id", .of(requestID)),
            .init("attempts", .of(attempts)), .init("batch_id", .of(batch)), .init("created_at", .of(createdAt)),
            .init("dead_at", .of(updatedAt)),
        ]
    }

    private var identity: [JSON.Field] {
        [
            .init("id", .of(id)), .init("journey", .string(journey)), .init("external_id", .of(externalID)),
            .init("anonymous_id", .of(anonymousID)), .init("email", .of(email)),
        ]
    }
}
