import GRDB

/// The state of each intent, read directly from the outbox's tables, and the orders of the business.
struct DatabaseSnapshot {
    /// One occurrence of an intent in the outbox's tables. A sound database has exactly one of each intent.
    struct StoredIntent {
        let state: String
        let code: String?
        let requestID: String?
        /// How many requests the batch of the intent has had.
        let attempt: Int

        var isFinal: Bool { ["delivered", "dead", "cancelled"].contains(state) }
    }

    /// An order that a producer committed in one transaction with its intent.
    struct CommittedOrder {
        let number: Int64
        let intent: Int64
        let journey: String
        let customer: String
        let orderingKey: String?
        let isCancelled: Bool
    }

    /// The occurrences of each intent, by its id.
    let intents: [Int64: [StoredIntent]]
    let orders: [CommittedOrder]

    init(_ db: Database) throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT id, 'pending', NULL, NULL, 0 FROM outbox
                UNION ALL SELECT id, state, code, request_id, 0 FROM outbox_waiting
                UNION ALL SELECT id, state, code, request_id, 0 FROM outbox_dead
                UNION ALL SELECT json_extract(member.value, '$[0]'), replace(batch.state, 'settled', 'delivered'),
                  batch.code, batch.request_id, batch.attempt
                  FROM outbox_batch AS batch, json_each(batch.members) AS member
                """)
        intents = Dictionary(grouping: rows, by: { $0[0] as Int64 }).mapValues { rows in
            rows.map { StoredIntent(state: $0[1], code: $0[2], requestID: $0[3], attempt: $0[4]) }
        }
        orders = try Row.fetchAll(
            db,
            sql: """
                SELECT orders.id, orders.intent_id, journey, customer, lane, cancellations.intent_id IS NOT NULL
                FROM orders LEFT JOIN cancellations ON cancellations.intent_id = orders.intent_id
                ORDER BY orders.intent_id
                """
        ).map {
            CommittedOrder(
                number: $0[0], intent: $0[1], journey: $0[2], customer: $0[3], orderingKey: $0[4], isCancelled: $0[5])
        }
    }
}
