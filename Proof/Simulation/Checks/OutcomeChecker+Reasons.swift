import GRDB

/// Invariants 3 and 7: every dead intent and every batch in doubt has a correct reason.
extension OutcomeChecker {
    private struct DeadIntent {
        var id: Int64
        var code: String
        var attempts: Int
        var requestID: String?
        var at: Int64
    }

    func checkDeadIntents() throws -> [Breach] {
        let rows = try read { db in
            try Row.fetchAll(
                db, sql: "SELECT id, code, attempts, request_id, updated_at FROM outbox_dead WHERE state = 'dead'")
        }
        return rows.compactMap { row in
            let dead = DeadIntent(id: row[0], code: row[1] ?? "", attempts: row[2], requestID: row[3], at: row[4])
            guard let intent = committed[dead.id], let problem = problem(of: dead, intent) else {
                return nil
            }
            return Breach(.namedRejection, "intent \(dead.id) died of \(dead.code): \(problem)")
        }
    }

    /// What is wrong with the reason of a dead intent; nil when it is correct.
    private func problem(of dead: DeadIntent, _ intent: PlannedIntent) -> String? {
        func hasPrefix(of prefixes: [String]) -> Bool { prefixes.contains { intent.contact.hasPrefix($0) } }
        // A truncated refusal of the API looks like a refusal of the edge.
        let hasNoEdgeRefusals = scenario.faults.edgeRefusal == 0 && scenario.faults.garbledAfter == 0
        let isAlone = scenario.singleUserJourneys.contains(intent.journey)
        switch dead.code {
        case "expired":
            return intent.expiresAt.map { $0 <= dead.at } == true ? nil : "it had not expired"
        case "discarded":
            return scenario.disruptions.restore ? nil : "no operator discarded it"
        case let code where code.hasPrefix("http_4"):
            return hasNoEdgeRefusals ? "no edge refused it" : nil
        case "parameter_invalid_format", "contact_on_hold":
            let prefixes =
                dead.code == "contact_on_hold"
                ? ["reject-unknown"] : ["reject-permanent", "poison-422", "poison-400"]
            guard hasPrefix(of: prefixes) else { return "the API says so of others only" }
            let isNamed = !hasPrefix(of: ["poison-400"])
            if isNamed && hasNoEdgeRefusals && !isAlone && dead.attempts > 1 { return "it was tried again" }
        case "resource_missing":
            guard hasPrefix(of: ["reject-twice", "reject-always"]) else { return "the API says so of others only" }
            let isEarly = dead.attempts < scenario.maxAttempts
            if isEarly && !isAlone { return "it had attempts left" }
            if hasNoEdgeRefusals, simulator.network.runs[intent.number] ?? 0 < dead.attempts {
                return "it was not tried so often"
            }
        default: return "no answer has this code"
        }
        guard let request = dead.requestID, let numbers = simulator.network.intentNumbers(inRequest: request) else {
            return "no request is named"
        }
        return numbers.contains(intent.number) ? nil : "it was not in \(request)"
    }

    func checkBatchesInDoubt() -> [Breach] {
        simulator.inDoubtBatches.compactMap { batch in
            isExplained(batch)
                ? nil : Breach(.explained, "batch \(batch.id) was in doubt by \(batch.code ?? "?") for no reason")
        }
    }

    /// Whether a fault of the scenario explains the batch in doubt.
    private func isExplained(_ batch: InDoubtBatch) -> Bool {
        let disruptions = scenario.disruptions
        switch batch.code {
        case "unknown_after":
            return scenario.isClockWrong || scenario.faultDuration >= Scenario.dayLong || disruptions.restore
        case "api_key_gone", "authentication_required": return disruptions.keyRotations
        case "worker_crashed": return scenario.mayCrash || disruptions.freezes
        case "clock_went_back": return scenario.isClockWrong
        case "idempotency_key_mismatch": return scenario.faults.mismatched > 0
        case nil: return scenario.areKeysIgnored || scenario.faults.garbledAfter > 0
        default: return scenario.areKeysIgnored || disruptions.restore
        }
    }
}
