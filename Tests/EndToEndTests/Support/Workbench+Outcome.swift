import Foundation
import GRDB
import Sandbox
import Testing

extension Workbench {
    /// Compares the database with the API's log: every committed intent is in exactly one place, a delivered one has
    /// exactly one effect, any other has none, and each key stands for one request.
    func expectExactBooks(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let rows = try business.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT orders.id, group_concat(places.state, '+') AS state FROM orders LEFT JOIN (
                      SELECT id, state FROM outbox_intents UNION ALL SELECT id, state FROM outbox_history) AS places
                      ON places.id = orders.intent_id
                    GROUP BY orders.id
                    """)
        }
        let effects = Dictionary(grouping: sandbox.effects(), by: { $0.data ?? "" })
        var wrong: [String] = []
        for row in rows {
            let order: Int = row[0]
            let state: String = row[1] ?? "lost"
            let count = effects[#"{"order":\#(order)}"#]?.count ?? 0
            if state == "delivered" ? count != 1 : count != 0 {
                wrong.append("order \(order): \(state), \(count) effects")
            }
            if state.contains("+") { wrong.append("order \(order) is in several places: \(state)") }
        }
        if effects.values.reduce(0, { $0 + $1.count }) > rows.count { wrong.append("more effects than intents") }
        #expect(wrong.prefix(10).isEmpty, sourceLocation: sourceLocation)
        expectOneRequestPerKey(sourceLocation)
        #expect(try query("PRAGMA integrity_check") == "ok", sourceLocation: sourceLocation)
    }

    private func expectOneRequestPerKey(_ sourceLocation: SourceLocation) {
        let posts = sandbox.requests().filter { $0.idempotencyKey != nil }
        let bodies = Dictionary(grouping: posts, by: { $0.idempotencyKey ?? "" })
            .mapValues { Set($0.map { "\($0.path) \($0.bodySHA256)" }).count }
        #expect(bodies.values.allSatisfy { $0 == 1 }, sourceLocation: sourceLocation)
        #expect(!posts.contains { $0.code == "idempotency_key_mismatch" }, sourceLocation: sourceLocation)
    }
}
