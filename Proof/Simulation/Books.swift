import Foundation
import GRDB
import Sandbox

/// Holds the database against the API's own log; shares no code with the worker.
struct Books {
    private let universe: Universe
    private let hasEnded: Bool
    private let effects: [SandboxEffect]
    private let requests: [SandboxRequestRecord]

    init(_ universe: Universe, hasEnded: Bool) throws {
        self.universe = universe
        self.hasEnded = hasEnded
        let records = universe.network.records
        effects = records.compactMap { if case .effect(let effect) = $0 { effect } else { nil } }
        requests = records.compactMap { if case .request(let request) = $0 { request } else { nil } }
    }

    /// Every breach of the promise, in words.
    func faults() throws -> [String] {
        let places = try places()
        return try (hasEnded ? [] : ["it did not come to an end"]) + intents(places) + keys() + drained()
            + explained(places) + limits() + database()
    }

    private func places() throws -> [Int64: [String]] {
        try universe.producer.database.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, state FROM outbox_intents UNION ALL SELECT id, state FROM outbox_history
                    """)
            return Dictionary(grouping: rows, by: { $0[0] as Int64 }).mapValues { $0.map { $0[1] } }
        }
    }

    /// One place for each committed intent; an effect for each that is delivered, none for the others but those in
    /// doubt, which may have one.
    private func intents(_ places: [Int64: [String]]) -> [String] {
        let ledger = universe.producer.ledger
        let counts = Dictionary(grouping: effects, by: { $0.data ?? "" }).mapValues(\.count)
        var faults: [String] = []
        for (id, number) in ledger.committed.sorted(by: { $0.key < $1.key }) {
            let states = places[id] ?? []
            let count = counts[#"{"n":\#(number)}"#] ?? 0
            guard states.count == 1, let state = states.first else {
                faults.append("intent \(id) is in \(states.count) places: \(states)")
                continue
            }
            let isRight =
                switch state {
                case "delivered": count == 1
                case "in_doubt": count <= 1
                default: count == 0
                }
            if !isRight { faults.append("intent \(id) (\(number)) is \(state) and entered \(count) times") }
            if ledger.cancelled.contains(id) && state != "cancelled" {
                faults.append("intent \(id) was cancelled and is \(state)")
            }
        }
        for number in ledger.rolledBack where counts[#"{"n":\#(number)}"#] != nil {
            faults.append("order \(number) was rolled back and entered")
        }
        for id in places.keys where ledger.committed[id] == nil { faults.append("intent \(id) was never committed") }
        return faults
    }

    private func keys() -> [String] {
        let posts = requests.filter { $0.idempotencyKey != nil }
        var faults = Dictionary(grouping: posts, by: { "\($0.idempotencyKey ?? "")" }).filter {
            Set($0.value.map { "\($0.path) \($0.bodySHA256)" }).count > 1
        }.map { "key \($0.key) stood for several requests" }
        if posts.contains(where: { $0.code == "idempotency_key_mismatch" }) { faults.append("a key was mismatched") }
        return faults.sorted()
    }

    private func drained() throws -> [String] {
        try universe.producer.database.read { db in
            let left = try [
                "pending": "SELECT count(*) FROM outbox", "waiting": "SELECT count(*) FROM outbox_waiting",
                "sending": "SELECT count(*) FROM outbox_batch WHERE state = 'sending'",
            ].mapValues { try Int.fetchOne(db, sql: $0) ?? 0 }.filter { $0.value > 0 }
            return left.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key) are left" }
        }
    }

    /// What is in doubt or dead has a reason among the faults of the run.
    private func explained(_ places: [Int64: [String]]) throws -> [String] {
        var faults: [String] = []
        let doubts = places.filter { $0.value == ["in_doubt"] }.count
        if doubts > 0 && !universe.scenario.mayLeaveDoubt { faults.append("\(doubts) in doubt for no reason") }
        let said = Set(requests.compactMap(\.code))
        let dead = try universe.producer.database.read { db in
            try Row.fetchAll(db, sql: "SELECT id, code FROM outbox_dead WHERE state = 'dead'")
        }
        for row in dead {
            let code: String = row["code"]
            let isNamed =
                said.contains(code) || code.hasPrefix("http_403")
                || ["parameter_invalid_format", "resource_missing"].contains(code) && universe.scenario.poison > 0
            if !isNamed { faults.append("intent \(row["id"] as Int64) died of \(code), which nobody said") }
        }
        return faults
    }

    /// No span of a window's length holds more triggers than the worker was allowed, over every restart.
    ///
    /// The reading that follows a 404 in the shape of one user comes on top: it is counted when its answer arrives.
    private func limits() -> [String] {
        // Requests that arrive long after they left, or that a stopped process held in its hands, bunch up on their way.
        let scenario = universe.scenario
        guard !scenario.upsets.secondWorker, !scenario.upsets.freezes, scenario.faults.late == 0 else { return [] }
        return scenario.budgets.flatMap { limit -> [String] in
            let span = limit.milliseconds
            let times = requests.filter { $0.method == "POST" }.map(\.atMilliseconds).sorted()
            for (index, time) in times.enumerated() {
                let last = index + limit.requests
                guard last < times.count else { break }
                if times[last] - time < span - 100 {
                    return ["more than \(limit.requests) requests in \(span) ms, from \(time)"]
                }
            }
            return []
        }
    }

    private func database() throws -> [String] {
        try universe.producer.database.read { db in
            let check = try String.fetchOne(db, sql: "PRAGMA integrity_check")
            return check == "ok" ? [] : ["the database is broken: \(check ?? "")"]
        }
    }
}
