import GRDB

/// (3) and (7): whatever is dead or was in doubt has its reason, and the right one.
extension Books {
    private struct Death {
        var id: Int64
        var code: String
        var attempts: Int
        var requestID: String?
        var at: Int64
    }

    func deaths() throws -> [Breach] {
        let rows = try read { db in
            try Row.fetchAll(
                db, sql: "SELECT id, code, attempts, request_id, updated_at FROM outbox_dead WHERE state = 'dead'")
        }
        return rows.compactMap { row in
            let death = Death(id: row[0], code: row[1] ?? "", attempts: row[2], requestID: row[3], at: row[4])
            guard let intention = committed[death.id], let complaint = complaint(about: death, intention) else {
                return nil
            }
            return Breach(.namedRejection, "intent \(death.id) died of \(death.code): \(complaint)")
        }
    }

    private func complaint(about death: Death, _ intention: Intention) -> String? {
        func isOne(of kinds: [String]) -> Bool { kinds.contains { intention.contact.hasPrefix($0) } }
        // A refusal of the API's own that was cut off reads like an edge's.
        let isEdgeQuiet = scenario.faults.edgeRefusal == 0 && scenario.faults.garbledAfter == 0
        let isAlone = scenario.oneByOne.contains(intention.journey)
        switch death.code {
        case "expired":
            return intention.expiresAt.map { $0 <= death.at } == true ? nil : "it had not expired"
        case "discarded":
            return scenario.upsets.restore ? nil : "nobody gave it up"
        case let code where code.hasPrefix("http_4"):
            return isEdgeQuiet ? "no edge refused it" : nil
        case "parameter_invalid_format", "contact_on_hold":
            let kinds =
                death.code == "contact_on_hold"
                ? ["reject-unknown"] : ["reject-permanent", "poison-422", "poison-400"]
            guard isOne(of: kinds) else { return "the API says so of others only" }
            let isNamed = !isOne(of: ["poison-400"])
            if isNamed && isEdgeQuiet && !isAlone && death.attempts > 1 { return "it was tried again" }
        case "resource_missing":
            guard isOne(of: ["reject-twice", "reject-always"]) else { return "the API says so of others only" }
            let isEarly = death.attempts < scenario.maxAttempts
            if isEarly && !isAlone { return "it had attempts left" }
            if isEdgeQuiet, universe.network.runs[intention.number] ?? 0 < death.attempts {
                return "it was not tried so often"
            }
        default: return "nobody said so"
        }
        guard let request = death.requestID, let orders = universe.network.orders(inRequest: request) else {
            return "no request is named"
        }
        return orders.contains(intention.number) ? nil : "it was not in \(request)"
    }

    /// Why a batch may have been in doubt when the person came.
    func doubts() -> [Breach] {
        universe.doubts.compactMap { doubt in
            let reason = reason(for: doubt)
            return reason
                ? nil : Breach(.explained, "batch \(doubt.batch) was in doubt by \(doubt.code ?? "?") for no reason")
        }
    }

    private func reason(for doubt: Doubt) -> Bool {
        let upsets = scenario.upsets
        switch doubt.code {
        case "unknown_after": return scenario.isClockWrong || scenario.chaos >= Scenario.dayLong || upsets.restore
        case "api_key_gone", "authentication_required": return upsets.keyRotations
        case "worker_crashed": return scenario.mayCrash || upsets.freezes
        case "clock_went_back": return scenario.isClockWrong
        case "idempotency_key_mismatch": return scenario.faults.mismatched > 0
        case nil: return scenario.areKeysIgnored || scenario.faults.garbledAfter > 0
        default: return scenario.areKeysIgnored || upsets.restore
        }
    }
}
