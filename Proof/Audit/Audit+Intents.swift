import Foundation
import GRDB

/// Invariants 1 to 4 and 8: the state of each intent, and its effects in the API.
extension Audit {
    private struct OrderData: Decodable {
        let order: Int64
    }

    /// The effects by the order number in their data.
    func effectsByOrder() throws -> [Int64: [LoggedEffect]] {
        try Dictionary(
            grouping: log.effects,
            by: { try JSONDecoder().decode(OrderData.self, from: Data(($0.data ?? "").utf8)).order })
    }

    func locations(_ found: DatabaseSnapshot) -> [String] {
        let unknown = Set(found.intents.keys).subtracting(found.orders.map(\.intent))
        return found.orders.compactMap { order in
            let states = (found.intents[order.intent] ?? []).map(\.state)
            if states.isEmpty { return "1: intent \(order.intent) is in no table" }
            return states.count == 1 ? nil : "1: intent \(order.intent) is in several places: \(states)"
        } + unknown.sorted().map { "1: intent \($0) was never committed with an order" }
    }

    func effects(_ found: DatabaseSnapshot, _ effects: [Int64: [LoggedEffect]]) throws -> [String] {
        let known = Set(found.orders.map(\.number))
        var wrong = effects.keys.filter { !known.contains($0) }.sorted().map {
            "4: order \($0) was rolled back and sent"
        }
        for order in found.orders {
            let own = effects[order.number] ?? []
            let intent = found.intents[order.intent]?.first
            let who = "order \(order.number) (intent \(order.intent), \(intent?.state ?? "lost"))"
            if order.isCancelled && (!own.isEmpty || intent?.state != "cancelled") {
                wrong.append("4: \(who) was cancelled, and has \(own.count) effects")
            }
            if !order.isCancelled && intent?.state == "cancelled" {
                wrong.append("4: \(who) was cancelled by no producer")
            }
            if own.contains(where: { $0.journey != journeys[order.journey] }) {
                wrong.append("2: \(who) entered another journey")
            }
            let isExact =
                switch intent?.state {
                case "delivered": own.count == 1
                // An intent that is being sent or in doubt may have had its effect, but never two.
                case "sending", "in_doubt": own.count <= 1
                default: own.isEmpty
                }
            if !isExact { wrong.append("2: \(who) has \(own.count) effects") }
        }
        return wrong
    }

    /// The sandbox refuses certain names of customers (docs/sandbox.md).
    private static func isRefused(_ customer: String) -> Bool {
        ["reject-permanent", "poison-422", "poison-400"].contains { customer.hasPrefix($0) }
    }

    func rejections(_ found: DatabaseSnapshot) -> [String] {
        let refusals = Set(log.requests.filter { ($0.status ?? 500) < 500 }.map(\.requestID))
        return found.orders.compactMap { order in
            guard let intent = found.intents[order.intent]?.first else { return nil }
            let who = "order \(order.number) of \(order.customer)"
            switch (intent.state, Self.isRefused(order.customer)) {
            case ("delivered", true): return "3: \(who) was delivered, and the API refuses it"
            case ("dead", false): return "3: \(who) died of \(intent.code ?? "nothing"), and the API accepts it"
            case ("dead", true):
                let isNamed = intent.requestID.map(refusals.contains) ?? false
                return isNamed && intent.code == "parameter_invalid_format"
                    ? nil
                    : "3: \(who) died of \(intent.code ?? "nothing"), which no answer \(intent.requestID ?? "") said"
            default: return nil
            }
        }
    }

    /// How many seconds a waiting intent still has to wait, and its code.
    private func waits(_ intent: Int64, in db: Database) throws -> String {
        try String.fetchOne(
            db,
            sql: """
                SELECT '(' || ifnull(code, 'no code') || ', due in ' || (due_at / 1000 - CAST(strftime('%s', 'now') AS INTEGER)) || ' s)'
                FROM outbox_waiting WHERE id = ?
                """, arguments: [intent]) ?? ""
    }

    func leftovers(_ found: DatabaseSnapshot, in db: Database) throws -> [String] {
        let left = found.orders.filter { order in
            !(found.intents[order.intent] ?? []).allSatisfy { $0.isFinal || $0.state == "in_doubt" }
        }
        let held = try Set(
            String.fetchAll(
                db,
                sql: """
                    SELECT json_extract(member.value, '$[6]') FROM outbox_batch AS batch, json_each(batch.members) AS member
                    WHERE batch.state = 'in_doubt' AND json_extract(member.value, '$[6]') IS NOT NULL
                    """))
        // The next intents of an ordering key wait for the operator as long as an earlier one is in doubt.
        let wrong = try left.filter { !held.contains($0.orderingKey ?? "") }.map {
            "8: order \($0.number) is still \(found.intents[$0.intent]?.first?.state ?? "lost") \(try waits($0.intent, in: db))"
        }
        let pauses = try String.fetchAll(db, sql: "SELECT scope || ' ' || cause FROM outbox_pause")
        return wrong + pauses.map { "8: still paused: \($0)" }
    }
}
