import Foundation
import GRDB

/// Invariants 1 to 4, and 8: where each intent is, and what the API did about it.
extension Audit {
    private struct Content: Decodable {
        let order: Int64
    }

    /// The effects by the order that their data names.
    func effectsByOrder() throws -> [Int64: [EffectLog.Effect]] {
        try Dictionary(
            grouping: log.effects,
            by: { try JSONDecoder().decode(Content.self, from: Data(($0.data ?? "").utf8)).order })
    }

    func places(_ found: Whereabouts) -> [String] {
        let strangers = Set(found.places.keys).subtracting(found.orders.map(\.intent))
        return found.orders.compactMap { order in
            let states = (found.places[order.intent] ?? []).map(\.state)
            if states.isEmpty { return "1: intent \(order.intent) is nowhere" }
            return states.count == 1 ? nil : "1: intent \(order.intent) is in several places: \(states)"
        } + strangers.sorted().map { "1: intent \($0) was never committed with an order" }
    }

    func effects(_ found: Whereabouts, _ effects: [Int64: [EffectLog.Effect]]) throws -> [String] {
        let known = Set(found.orders.map(\.number))
        var wrong = effects.keys.filter { !known.contains($0) }.sorted().map {
            "4: order \($0) was rolled back and sent"
        }
        for order in found.orders {
            let own = effects[order.number] ?? []
            let place = found.places[order.intent]?.first
            let who = "order \(order.number) (intent \(order.intent), \(place?.state ?? "nowhere"))"
            if order.isCancelled && (!own.isEmpty || place?.state != "cancelled") {
                wrong.append("4: \(who) was cancelled, and has \(own.count) effects")
            }
            if !order.isCancelled && place?.state == "cancelled" { wrong.append("4: \(who) was cancelled by nobody") }
            if own.contains(where: { $0.journey != journeys[order.journey] }) {
                wrong.append("2: \(who) entered another journey")
            }
            let isExact =
                switch place?.state {
                case "delivered": own.count == 1
                // What is being sent, or is in doubt, may have had its effect; never two.
                case "sending", "in_doubt": own.count <= 1
                default: own.isEmpty
                }
            if !isExact { wrong.append("2: \(who) has \(own.count) effects") }
        }
        return wrong
    }

    /// A customer's name says what the API does with it (docs/sandbox.md).
    private static func isRefused(_ customer: String) -> Bool {
        ["reject-permanent", "poison-422", "poison-400"].contains { customer.hasPrefix($0) }
    }

    func rejections(_ found: Whereabouts) -> [String] {
        let refusals = Set(log.requests.filter { ($0.status ?? 500) < 500 }.map(\.requestID))
        return found.orders.compactMap { order in
            guard let place = found.places[order.intent]?.first else { return nil }
            let who = "order \(order.number) of \(order.customer)"
            switch (place.state, Self.isRefused(order.customer)) {
            case ("delivered", true): return "3: \(who) was delivered, and the API refuses it"
            case ("dead", false): return "3: \(who) died of \(place.code ?? "nothing"), and the API accepts it"
            case ("dead", true):
                let isNamed = place.requestID.map(refusals.contains) ?? false
                return isNamed && place.code == "parameter_invalid_format"
                    ? nil
                    : "3: \(who) died of \(place.code ?? "nothing"), which no answer \(place.requestID ?? "") said"
            default: return nil
            }
        }
    }

    /// For how many seconds an intent that waits still would, and what for.
    private func waits(_ intent: Int64, in db: Database) throws -> String {
        try String.fetchOne(
            db,
            sql: """
                SELECT '(' || ifnull(code, 'no code') || ', due in ' || (due_at / 1000 - CAST(strftime('%s', 'now') AS INTEGER)) || ' s)'
                FROM outbox_waiting WHERE id = ?
                """, arguments: [intent]) ?? ""
    }

    func leftovers(_ found: Whereabouts, in db: Database) throws -> [String] {
        let left = found.orders.filter { order in
            !(found.places[order.intent] ?? []).allSatisfy { $0.isEnd || $0.state == "in_doubt" }
        }
        let held = try Set(
            String.fetchAll(
                db,
                sql: """
                    SELECT json_extract(member.value, '$[6]') FROM outbox_batch AS batch, json_each(batch.members) AS member
                    WHERE batch.state = 'in_doubt' AND json_extract(member.value, '$[6]') IS NOT NULL
                    """))
        // Whoever stands behind an intent in doubt waits for a person, as it does.
        let wrong = try left.filter { !held.contains($0.lane ?? "") }.map {
            "8: order \($0.number) is still \(found.places[$0.intent]?.first?.state ?? "nowhere") \(try waits($0.intent, in: db))"
        }
        let pauses = try String.fetchAll(db, sql: "SELECT scope || ' ' || cause FROM outbox_pause")
        return wrong + pauses.map { "8: still paused: \($0)" }
    }
}
