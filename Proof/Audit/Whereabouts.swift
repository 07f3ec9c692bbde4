import GRDB

/// Where the database says each intent is, read from the outbox's tables themselves.
struct Whereabouts {
    struct Place {
        let state: String
        let code: String?
        let requestID: String?
        /// Requests under the key of the batch that the intent is in.
        let attempt: Int

        var isEnd: Bool { ["delivered", "dead", "cancelled"].contains(state) }
    }

    /// What a producer committed: an order and its intent, in one transaction.
    struct Order {
        let number: Int64
        let intent: Int64
        let journey: String
        let customer: String
        let lane: String?
        let isCancelled: Bool
    }

    let places: [Int64: [Place]]
    let orders: [Order]

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
        places = Dictionary(grouping: rows, by: { $0[0] as Int64 }).mapValues { rows in
            rows.map { Place(state: $0[1], code: $0[2], requestID: $0[3], attempt: $0[4]) }
        }
        orders = try Row.fetchAll(
            db,
            sql: """
                SELECT orders.id, orders.intent_id, journey, customer, lane, cancellations.intent_id IS NOT NULL
                FROM orders LEFT JOIN cancellations ON cancellations.intent_id = orders.intent_id
                ORDER BY orders.intent_id
                """
        ).map {
            Order(number: $0[0], intent: $0[1], journey: $0[2], customer: $0[3], lane: $0[4], isCancelled: $0[5])
        }
    }
}
