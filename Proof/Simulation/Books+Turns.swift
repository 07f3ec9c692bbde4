import Delivery

/// (8): journeys that have much to send at one time, each with its priority, wait for each other's turns and no longer.
extension Books {
    func turns() -> [Breach] {
        // A journey behind a shut door has no turns before its next probe.
        guard scenario.crowd > 0, scenario.journeys.count > 1, let words = universe.lastWords, !words.isShutOut else {
            return []
        }
        let turns = universe.customs.turns(since: words.begunAt)
        // Until then each always has more.
        let places = Dictionary(grouping: turns.indices, by: { turns[$0] }).mapValues { $0.prefix(Scenario.crowded) }
        let wait = 4 * scenario.journeys.count + 2 * scenario.policy.connections
        let starved = scenario.journeyNames.filter { name in
            let own = places[name] ?? []
            return zip([-1] + own, own).contains { $1 - $0 > wait }
        }
        return starved.map { Breach(.drains, "\($0) waited for more than \(wait) others' turns") }
            + (isPriorityKept(places.compactMapValues(\.last)) ? [] : [Breach(.drains, "a lower priority went first")])
    }

    /// Whether the highest priority was through before the others, give or take two turns of each, where its turns alone
    /// say so: with one connection, and more than one other journey, since none may have all the room there is.
    private func isPriorityKept(_ ends: [String: Int]) -> Bool {
        let ranks = scenario.journeys.sorted { $0.priority > $1.priority }
        guard scenario.policy.connections == 1, ranks.count > 2, ranks[0].priority > ranks[1].priority else {
            return true
        }
        return ranks.dropFirst().allSatisfy { (ends[ranks[0].name] ?? 0) - 2 * ranks.count < (ends[$0.name] ?? .max) }
    }
}
