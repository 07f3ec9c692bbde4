import Delivery
import PlainText
import SQLiteStore

extension IntentRecord {
    /// The contact, by the identity that says most.
    var contact: String { externalID ?? email ?? anonymousID ?? "" }

    var json: JSON {
        .object(
            identity + [
                .init("state", .string(state.rawValue)), .init("attempts", .of(attempts)), .init("code", .of(code)),
                .init("message", .of(message)), .init("request_id", .of(requestID)), .init("batch_id", .of(batch)),
                .init("due_at", .of(dueAt)), .init("created_at", .of(createdAt)), .init("updated_at", .of(updatedAt)),
            ])
    }

    /// As the dead letters spell it: the last change is the death.
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

extension IntentCursor {
    /// Reads a cursor given on the command line, or fails as a usage error.
    static func read(_ text: String?) throws -> IntentCursor? {
        guard let text else { return nil }
        guard let cursor = IntentCursor(text: text) else {
            throw Failure.usage("--cursor takes the next_cursor of an earlier listing")
        }
        return cursor
    }
}
