import Delivery

/// How the columns of an intent are read in each place, under the same names everywhere.
struct IntentColumns {
    let place: IntentPlace

    var externalID: String { member(.externalID) ?? "external_id" }
    var anonymousID: String { member(.anonymousID) ?? "anonymous_id" }
    var email: String { member(.email) ?? "email" }
    var code: String { isFresh ? "NULL" : name("code") }
    var updatedAt: String { isFresh ? "created_at" : name("updated_at") }

    /// What `IntentRecord` reads.
    var list: String {
        let columns = [
            ("id", member(.id) ?? "id"), ("journey", name("journey")), ("external_id", externalID),
            ("anonymous_id", anonymousID), ("email", email),
            ("attempts", isFresh ? "0" : member(.attempts) ?? "attempts"),
            ("code", code), ("message", isFresh ? "NULL" : name("message")),
            ("request_id", isFresh ? "NULL" : name("request_id")),
            ("batch_id", isFresh ? "NULL" : place.isBatch ? "batch.id" : "batch_id"),
            ("due_at", due), ("created_at", member(.createdAt) ?? "created_at"), ("updated_at", updatedAt),
        ]
        return columns.map { "\($0.1) AS \($0.0)" }.joined(separator: ", ")
    }

    private var isFresh: Bool { place.table == "outbox" }

    private var due: String {
        switch place {
        case .due, .scheduled: "scheduled_at"
        case .retrying: "due_at"
        default: "NULL"
        }
    }

    private func name(_ column: String) -> String {
        place.isBatch ? "batch.\(column)" : column
    }

    /// A member's own column; nil outside batches.
    private func member(_ column: MemberColumn) -> String? {
        place.isBatch ? column.sql : nil
    }
}
