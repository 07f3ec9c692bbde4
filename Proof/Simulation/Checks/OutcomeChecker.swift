import GRDB
import Sandbox

/// Compares the database with the API's log after a run. It shares no code with the worker.
struct OutcomeChecker {
    let simulator: Simulator
    let effects: [SandboxEffect]
    let requests: [SandboxRequestRecord]
    let committed: [Int64: PlannedIntent]
    /// The effects by the data of their intent, which identifies it and must arrive byte for byte.
    let entered: [String: [SandboxEffect]]
    private let hasEnded: Bool

    init(_ simulator: Simulator, hasEnded: Bool) {
        self.simulator = simulator
        self.hasEnded = hasEnded
        effects = simulator.network.effects
        requests = simulator.network.records.compactMap { if case .request(let request) = $0 { request } else { nil } }
        committed = simulator.producer.record.committed
        entered = Dictionary(grouping: effects, by: { $0.data ?? "" })
    }

    var scenario: Scenario { simulator.scenario }

    /// Every breach of an invariant.
    func breaches() throws -> [Breach] {
        let found = simulator.requestChecker.breaches + simulator.producer.breaches
        // A run stops at its first breach, and cannot be checked further.
        guard found.isEmpty else { return found }
        let end = hasEnded ? [] : [Breach(.drains, "it did not come to an end")]
        return try end + checkIntents(statesByID()) + checkUnownedEffects() + checkEffects() + checkOrder()
            + checkDeadIntents() + checkKeys() + checkDrained() + checkBatchesInDoubt() + checkFairness()
            + checkBudget()
            + checkDatabase()
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try simulator.database.queue.unsafeRead(body)
    }

    private func statesByID() throws -> [Int64: [String]] {
        let rows = try read { db in
            try Row.fetchAll(
                db, sql: "SELECT id, state FROM outbox_intents UNION ALL SELECT id, state FROM outbox_history")
        }
        return Dictionary(grouping: rows, by: { $0[0] as Int64 }).mapValues { $0.map { $0[1] } }
    }

    // MARK: Invariants 1, 2 and 4

    private func checkIntents(_ statesByID: [Int64: [String]]) -> [Breach] {
        var breaches: [Breach] = []
        for (id, intent) in committed.sorted(by: { $0.key < $1.key }) {
            let states = statesByID[id] ?? []
            guard states.count == 1, let state = states.first else {
                breaches.append(Breach(.onePlace, "intent \(id) is in \(states.count) places: \(states)"))
                continue
            }
            breaches += checkEffects(of: id, intent, state)
        }
        for id in statesByID.keys.sorted() where committed[id] == nil {
            breaches.append(Breach(.onePlace, "intent \(id) was never committed"))
        }
        return breaches
    }

    private func checkEffects(of id: Int64, _ intent: PlannedIntent, _ state: String) -> [Breach] {
        let count = entered[intent.data]?.count ?? 0
        // More entrances are allowed when the journey resends batches of unknown outcome, or when the operator has
        // adopted a database that had lost the delivery.
        let isResent = scenario.resendingJourneys.contains(intent.journey)
        let extraMax = isResent ? Int.max : simulator.allowedDuplicates[id] ?? 0
        let isCancelled = simulator.producer.record.cancelled.contains(id)
        if isCancelled && state != "cancelled" {
            return [Breach(.neverSent, "intent \(id) was cancelled and is \(state)")]
        }
        if !isCancelled && state == "cancelled" {
            return [Breach(.onePlace, "intent \(id) is cancelled, and no producer has cancelled it")]
        }
        let before = simulator.possiblyEntered.contains(id) ? 1 : 0
        if isCancelled && count > max(extraMax, before) {
            return [Breach(.neverSent, "intent \(id) was cancelled and entered")]
        }
        let isRight =
            state == "delivered"
            ? count >= 1 && count - 1 <= extraMax : count <= (isCancelled ? max(extraMax, before) : extraMax)
        return isRight
            ? [] : [Breach(.oneEffect, "intent \(id) (\(intent.number)) is \(state) and entered \(count) times")]
    }

    /// Checks the effects of intents that are not in the database.
    private func checkUnownedEffects() -> [Breach] {
        var breaches: [Breach] = []
        for intent in simulator.producer.record.rolledBack where entered[intent.data] != nil {
            breaches.append(Breach(.neverSent, "order \(intent.number) was rolled back and entered"))
        }
        // A journey that resends batches of unknown outcome may have entered an intent twice before it was lost.
        for intent in simulator.producer.lost
        where entered[intent.data]?.count ?? 0 > 1 && !scenario.resendingJourneys.contains(intent.journey) {
            breaches.append(
                Breach(.oneEffect, "order \(intent.number) was lost by a restore and entered more than once"))
        }
        return breaches
    }

    // MARK: Invariant 9

    private func checkDatabase() throws -> [Breach] {
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
