import GRDB
import Sandbox

/// Holds the database against the API's own log when a run is over; shares no code with the worker.
struct Books {
    let universe: Universe
    let effects: [SandboxEffect]
    let requests: [SandboxRequestRecord]
    let committed: [Int64: Intention]
    /// By an intent's data, which the API has byte for byte or not at all.
    let entered: [String: [SandboxEffect]]
    private let hasEnded: Bool

    init(_ universe: Universe, hasEnded: Bool) {
        self.universe = universe
        self.hasEnded = hasEnded
        effects = universe.network.effects
        requests = universe.network.records.compactMap { if case .request(let request) = $0 { request } else { nil } }
        committed = universe.producer.ledger.committed
        entered = Dictionary(grouping: effects, by: { $0.data ?? "" })
    }

    var scenario: Scenario { universe.scenario }

    /// Every breach of the promise.
    func breaches() throws -> [Breach] {
        let seen = universe.customs.breaches + universe.producer.breaches
        // What was stopped at its first breach has not ended.
        guard seen.isEmpty else { return seen }
        let end = hasEnded ? [] : [Breach(.drains, "it did not come to an end")]
        return try end + intents(places()) + strangers() + asked() + order() + deaths() + keys() + drained() + doubts()
            + turns() + budget() + database()
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value { try universe.live.queue.unsafeRead(body) }

    private func places() throws -> [Int64: [String]] {
        let rows = try read { db in
            try Row.fetchAll(
                db, sql: "SELECT id, state FROM outbox_intents UNION ALL SELECT id, state FROM outbox_history")
        }
        return Dictionary(grouping: rows, by: { $0[0] as Int64 }).mapValues { $0.map { $0[1] } }
    }

    // MARK: (1), (2), (4)

    private func intents(_ places: [Int64: [String]]) -> [Breach] {
        var breaches: [Breach] = []
        for (id, intention) in committed.sorted(by: { $0.key < $1.key }) {
            let states = places[id] ?? []
            guard states.count == 1, let state = states.first else {
                breaches.append(Breach(.onePlace, "intent \(id) is in \(states.count) places: \(states)"))
                continue
            }
            breaches += effects(of: id, intention, state)
        }
        for id in places.keys.sorted() where committed[id] == nil {
            breaches.append(Breach(.onePlace, "intent \(id) was never committed"))
        }
        return breaches
    }

    private func effects(of id: Int64, _ intention: Intention, _ state: String) -> [Breach] {
        let count = entered[intention.data]?.count ?? 0
        // A person has said to send again what nobody knew, or has adopted a database that had forgotten.
        let isResent = scenario.resending.contains(intention.journey)
        let most = isResent ? Int.max : universe.mayDouble[id] ?? 0
        let isCancelled = universe.producer.ledger.cancelled.contains(id)
        if isCancelled && state != "cancelled" {
            return [Breach(.neverSent, "intent \(id) was cancelled and is \(state)")]
        }
        if !isCancelled && state == "cancelled" {
            return [Breach(.onePlace, "intent \(id) is cancelled, and nobody has cancelled it")]
        }
        let before = universe.mayBeEntered.contains(id) ? 1 : 0
        if isCancelled && count > max(most, before) {
            return [Breach(.neverSent, "intent \(id) was cancelled and entered")]
        }
        let isRight =
            state == "delivered" ? count >= 1 && count - 1 <= most : count <= (isCancelled ? max(most, before) : most)
        return isRight
            ? [] : [Breach(.oneEffect, "intent \(id) (\(intention.number)) is \(state) and entered \(count) times")]
    }

    /// Effects of what is in no place.
    private func strangers() -> [Breach] {
        var breaches: [Breach] = []
        for intention in universe.producer.ledger.rolledBack where entered[intention.data] != nil {
            breaches.append(Breach(.neverSent, "order \(intention.number) was rolled back and entered"))
        }
        // What a person lets be sent again, whatever nobody knows, may have been entered twice before it was forgotten.
        for intention in universe.producer.forgotten
        where entered[intention.data]?.count ?? 0 > 1 && !scenario.resending.contains(intention.journey) {
            breaches.append(Breach(.oneEffect, "order \(intention.number) was forgotten and entered more than once"))
        }
        return breaches
    }

    // MARK: (12), (14)

    /// Each effect is what one producer committed, byte for byte, when and for whom it asked.
    private func asked() -> [Breach] {
        let asked = Dictionary(
            (committed.values + universe.producer.forgotten + universe.producer.ledger.rolledBack).map { ($0.data, $0) }
        ) { first, _ in first }
        var breaches: [Breach] = []
        for effect in effects {
            guard let intention = asked[effect.data ?? ""] else {
                breaches.append(Breach(.asAsked, "something was entered that nobody committed: \(effect.data ?? "")"))
                continue
            }
            if effect.externalID != intention.contact || effect.email != intention.email {
                breaches.append(Breach(.asAsked, "order \(intention.number) was entered for another contact"))
            }
            let isAlone = scenario.oneByOne.contains(intention.journey)
            if effect.entrySHA256 != intention.entrySHA256(isAlone: isAlone) {
                breaches.append(Breach(.asAsked, "order \(intention.number) was entered with another profile"))
            }
            if let time = intention.scheduledAt, effect.atMilliseconds < time, !scenario.isClockWrong {
                breaches.append(Breach(.asAsked, "order \(intention.number) was entered before its time"))
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

    private func order() -> [Breach] {
        // What was sent again by a person's word, or came back with a backup, is entered when it is.
        guard !scenario.upsets.restore, scenario.resending.isEmpty else { return [] }
        var places: [String: [(id: Int64, sequence: Int64)]] = [:]
        for (id, intention) in committed {
            guard let key = intention.orderingKey, let first = entered[intention.data]?.first else { continue }
            places["\(intention.journey) \(key)", default: []].append((id, first.sequence))
        }
        return places.sorted { $0.key < $1.key }.compactMap { key, places in
            let ids = places.sorted { $0.sequence < $1.sequence }.map(\.id)
            return ids == ids.sorted() ? nil : Breach(.order, "\(key) was entered in the order \(ids)")
        }
    }

    // MARK: (5), (6)

    private func keys() throws -> [Breach] {
        let rows = try read { db in try Row.fetchAll(db, sql: "SELECT key, body_sha256 FROM outbox_batch") }
        let stored = Dictionary(rows.map { ($0[0] as String, $0[1] as String) }) { first, _ in first }
        var breaches: [Breach] = []
        // The worker's questions, which carry nobody, have keys of their own, and may meet a change of the API key.
        let carrying = requests.filter { $0.users > 0 || stored[$0.idempotencyKey ?? ""] != nil }
        let posts = Dictionary(grouping: carrying.filter { $0.idempotencyKey != nil }, by: { $0.idempotencyKey ?? "" })
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

    // MARK: (8), (11)

    private func drained() throws -> [Breach] {
        let queries = [
            "pending": "SELECT count(*) FROM outbox", "waiting": "SELECT count(*) FROM outbox_waiting",
            "sending": "SELECT count(*) FROM outbox_batch WHERE state = 'sending'",
            "in doubt": "SELECT count(*) FROM outbox_batch WHERE state = 'in_doubt'",
        ]
        var breaches = try read { db in
            try queries.sorted { $0.key < $1.key }.compactMap { name, sql in
                let count = try Int.fetchOne(db, sql: sql) ?? 0
                return count > 0 ? Breach(.drains, "\(count) \(name) are left") : nil
            }
        }
        breaches += try lanes()
        if let words = universe.lastWords, (words.endedAt ?? .max) - words.begunAt > words.patience {
            breaches.append(Breach(.drains, "what was committed last took very long"))
        }
        return breaches
    }

    /// Only a dead letter that may hold others up still has its ordering key.
    private func lanes() throws -> [Breach] {
        let rows = try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT lane.journey, lane.open_id, dead.state FROM outbox_lane AS lane
                    LEFT JOIN outbox_dead AS dead ON dead.id = lane.open_id
                    """)
        }
        return rows.filter { !scenario.blocking.contains($0[0]) || ($0[2] as String?) != "dead" }.map { row in
            Breach(.drains, "intent \(row[1] as Int64) still holds its ordering key")
        }
    }

    /// No span of a window's length holds more triggers than the worker was allowed.
    private func budget() -> [Breach] {
        // What a stopped process held in its hands bunches up; a restored database has forgotten the latest requests.
        let upsets = scenario.upsets
        guard !upsets.secondWorker, !upsets.freezes, !upsets.restore else { return [] }
        let (times, steps) = (universe.customs.triggers, universe.customs.clockSteps)
        return scenario.budgets.flatMap { limit -> [Breach] in
            for (index, time) in times.enumerated() {
                let last = index + limit.requests
                guard last < times.count else { break }
                // A worker that begins after a step of the clock cannot tell how long ago the requests before it were.
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

    // MARK: (9)

    private func database() throws -> [Breach] {
        let (check, moving, history) = try read { db in
            (
                try String.fetchOne(db, sql: "PRAGMA integrity_check"),
                try Int.fetchOne(db, sql: "SELECT value FROM outbox_meta WHERE key = 'moving'"),
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT history.id, history.request_id FROM outbox_history AS history
                        JOIN outbox_batch AS batch ON batch.id = history.batch_id WHERE batch.outcome <> 'resolved'
                        """)
            )
        }
        var breaches: [Breach] = []
        if check != "ok" { breaches.append(Breach(.soundDatabase, "the database is broken: \(check ?? "")")) }
        if moving != 0 { breaches.append(Breach(.soundDatabase, "the worker's moves have not ended")) }
        for row in history {
            let id: Int64 = row[0]
            guard let data = committed[id]?.data, let effects = entered[data] else { continue }
            let request: String? = row[1]
            if !effects.contains(where: { $0.requestID == request }) {
                breaches.append(Breach(.soundDatabase, "intent \(id) was delivered by another request than is noted"))
            }
        }
        return breaches
    }
}
