import GRDB
import Sandbox

/// Invariants 5, 6, 11, 12 and 14: what was sent and what was entered.
extension OutcomeChecker {
    /// Checks that each idempotency key stands for one request.
    func checkKeys() throws -> [Breach] {
        let rows = try read { db in try Row.fetchAll(db, sql: "SELECT key, body_sha256 FROM outbox_batch") }
        let stored = Dictionary(rows.map { ($0[0] as String, $0[1] as String) }) { first, _ in first }
        var breaches: [Breach] = []
        // A probe without users has its own key, and may be repeated after the API key has changed.
        let withUsers = requests.filter { $0.users > 0 || stored[$0.idempotencyKey ?? ""] != nil }
        let posts = Dictionary(grouping: withUsers.filter { $0.idempotencyKey != nil }, by: { $0.idempotencyKey ?? "" })
        for (key, posts) in posts.sorted(by: { $0.key < $1.key }) {
            let senders = Set(posts.map { "\($0.path) \($0.bodySHA256) \($0.apiKeyFingerprint ?? "")" })
            if senders.count > 1 { breaches.append(Breach(.oneKey, "key \(key) stood for \(senders.count) requests")) }
            if let frozen = stored[key], posts.contains(where: { $0.bodySHA256 != frozen }) {
                breaches.append(Breach(.oneKey, "key \(key) left with another body than it was frozen with"))
            }
        }
        if requests.contains(where: { $0.code == "idempotency_key_mismatch" }) {
            breaches.append(Breach(.noMismatch, "a key was mismatched"))
        }
        return breaches
    }

    /// Checks that each effect is what a producer committed, byte for byte, with the contact and time that it asked
    /// for.
    func checkEffects() -> [Breach] {
        let asked = Dictionary(
            (committed.values + simulator.producer.lost + simulator.producer.record.rolledBack).map { ($0.data, $0) }
        ) { first, _ in first }
        var breaches: [Breach] = []
        for effect in effects {
            guard let intent = asked[effect.data ?? ""] else {
                breaches.append(
                    Breach(.asAsked, "something was entered that no producer committed: \(effect.data ?? "")"))
                continue
            }
            if effect.externalID != intent.contact || effect.email != intent.email {
                breaches.append(Breach(.asAsked, "order \(intent.number) was entered for another contact"))
            }
            let isAlone = scenario.singleUserJourneys.contains(intent.journey)
            if effect.entrySHA256 != intent.entrySHA256(isAlone: isAlone) {
                breaches.append(Breach(.asAsked, "order \(intent.number) was entered with another profile"))
            }
            if let time = intent.scheduledAt, effect.atMilliseconds < time, !scenario.isClockWrong {
                breaches.append(Breach(.asAsked, "order \(intent.number) was entered before its time"))
            }
        }
        for (request, effects) in Dictionary(grouping: effects, by: \.requestID).sorted(by: { $0.key < $1.key }) {
            for contacts in [effects.compactMap(\.externalID), effects.compactMap(\.email)]
            where Set(contacts).count < contacts.count {
                breaches.append(Breach(.asAsked, "a contact is twice in \(request)"))
            }
        }
        return breaches
    }

    /// Checks that the intents of each ordering key are entered in the order of their ids.
    func checkOrder() -> [Breach] {
        // An intent that is resent, or that is open again after a restore, may be entered later than its successors.
        guard !scenario.disruptions.restore, scenario.resendingJourneys.isEmpty else { return [] }
        var entrances: [String: [(id: Int64, sequence: Int64)]] = [:]
        for (id, intent) in committed {
            guard let key = intent.orderingKey, let first = entered[intent.data]?.first else { continue }
            entrances["\(intent.journey) \(key)", default: []].append((id, first.sequence))
        }
        return entrances.sorted { $0.key < $1.key }.compactMap { key, entrances in
            let ids = entrances.sorted { $0.sequence < $1.sequence }.map(\.id)
            return ids == ids.sorted() ? nil : Breach(.order, "\(key) was entered in the order \(ids)")
        }
    }

    /// Checks that no window of a rate limit contains more trigger requests than the limit allows.
    func checkBudget() -> [Breach] {
        // A frozen process sends its planned requests together when it continues. A restored database has lost the
        // latest requests.
        let disruptions = scenario.disruptions
        guard !disruptions.secondWorker, !disruptions.freezes, !disruptions.restore else { return [] }
        let (times, steps) = (simulator.requestChecker.triggers, simulator.requestChecker.clockSteps)
        return scenario.budgets.flatMap { limit -> [Breach] in
            for (index, time) in times.enumerated() {
                let last = index + limit.requests
                guard last < times.count else { break }
                // A worker that starts after a step of the clock cannot know how old the earlier requests are.
                let isStepped = steps.contains { time <= $0 && $0 <= times[last] }
                if times[last] - time < limit.milliseconds, !isStepped {
                    return [
                        Breach(.budget, "over \(limit.requests) requests in \(limit.milliseconds) ms, from \(time)")
                    ]
                }
            }
            return []
        }
    }
}
