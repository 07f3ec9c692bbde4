/// Invariants 5 to 7, 11 and 12: keys, doubts and pauses, rates, and the order of effects.
extension Audit {
    func keys() -> [String] {
        var requests: [String: String] = [:]
        var wrong: [String] = []
        for request in log.requests {
            if request.code == "idempotency_key_mismatch" { wrong.append("6: \(request.requestID) was a mismatch") }
            guard let key = request.key else { continue }
            let content = "\(request.path) \(request.bodySHA256)"
            if requests.updateValue(content, forKey: key) ?? content != content {
                wrong.append("5: the key \(key) stood for two requests")
            }
        }
        return wrong
    }

    /// After this many crashes in a row, the worker leaves a request to the operator (docs/answers.md).
    private static let crashesMin = 8

    func explanations(_ found: DatabaseSnapshot, pauses: Set<String>) -> [String] {
        let doubts = found.intents.flatMap { id, intents in
            intents.filter { $0.state == "in_doubt" }.compactMap { intent -> String? in
                let isExplained =
                    switch intent.code {
                    case "unknown_after", "clock_went_back": faults.contains(.clockJumps)
                    case "worker_crashed": faults.contains(.kills) && intent.attempt >= Self.crashesMin
                    // A request that may have run is in doubt at once, with the code of its answer.
                    default: faults.contains(.ignoredKeys)
                    }
                return isExplained
                    ? nil
                    : "7: intent \(id) is in doubt (\(intent.code ?? "no code"), \(intent.attempt) attempts) for no reason"
            }
        }
        let explained: Set<String> = faults.contains(.limits) ? ["rate_limited"] : []
        return doubts + pauses.subtracting(explained).sorted().map { "7: paused for no reason: \($0)" }
    }

    /// The windows are shortened by the time that a request may take to arrive. Requests that arrive within a shortened
    /// window have left within a whole one.
    func windows() -> [String] {
        guard let budget else { return [] }
        let times = log.requests.map(\.at).sorted()
        let width = budget.windowMilliseconds - budget.transitMilliseconds
        var first = 0
        for (last, time) in times.enumerated() {
            while time - times[first] >= width { first += 1 }
            let count = last - first + 1
            if count > budget.requestsMax {
                return ["11: \(count) requests in \(width) ms until \(time), with a budget of \(budget.requestsMax)"]
            }
        }
        return []
    }

    func orders(_ found: DatabaseSnapshot, _ effects: [Int64: [LoggedEffect]]) -> [String] {
        let keys = Dictionary(
            grouping: found.orders.filter { $0.orderingKey != nil }, by: { "\($0.journey) \($0.orderingKey ?? "")" })
        return keys.flatMap { key, orders in
            // The orders are sorted by the ids of their intents. Their effects must be in the same order.
            let numbers = orders.compactMap { effects[$0.number]?.first?.seq }
            return zip(numbers, numbers.dropFirst()).filter { $0 > $1 }.map {
                "12: \(key): effect \($1) before effect \($0)"
            }
        }
    }
}
