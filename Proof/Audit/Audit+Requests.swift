/// Invariants 5 to 7, 11 and 12: what the requests say.
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

    /// So many ends of a worker in a row leave a request to a person (docs/answers.md).
    private static let crashesMin = 8

    func explanations(_ found: Whereabouts, pauses: Set<String>) -> [String] {
        let doubts = found.places.flatMap { id, places in
            places.filter { $0.state == "in_doubt" }.compactMap { place -> String? in
                let isExplained =
                    switch place.code {
                    case "unknown_after", "clock_went_back": faults.contains(.clockJumps)
                    case "worker_crashed": faults.contains(.kills) && place.attempt >= Self.crashesMin
                    // Whatever may have run is in doubt at once, under the code of what was said or not said.
                    default: faults.contains(.ignoredKeys)
                    }
                return isExplained
                    ? nil
                    : "7: intent \(id) is in doubt (\(place.code ?? "no code"), \(place.attempt) attempts) for nothing"
            }
        }
        let explained: Set<String> = faults.contains(.limits) ? ["rate_limited"] : []
        return doubts + pauses.subtracting(explained).sorted().map { "7: paused for nothing: \($0)" }
    }

    /// A window is shorter here by the time that a request may be on its way: what arrived in it has left within the whole.
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

    func lanes(_ found: Whereabouts, _ effects: [Int64: [EffectLog.Effect]]) -> [String] {
        let lanes = Dictionary(
            grouping: found.orders.filter { $0.lane != nil }, by: { "\($0.journey) \($0.lane ?? "")" })
        return lanes.flatMap { lane, orders in
            // By their intents' ids: so must their effects stand in the log.
            let marks = orders.compactMap { effects[$0.number]?.first?.seq }
            return zip(marks, marks.dropFirst()).filter { $0 > $1 }.map {
                "12: \(lane): effect \($1) before effect \($0)"
            }
        }
    }
}
