import Delivery
import GRDB

/// Invariant 8: the outbox drains, and each journey gets its share of the requests.
extension OutcomeChecker {
    /// Checks that nothing is left to be delivered.
    func checkDrained() throws -> [Breach] {
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
        breaches += try checkOrderingLanes()
        if let load = simulator.finalLoad, (load.endedAt ?? .max) - load.begunAt > load.deliveryTimeMax {
            breaches.append(Breach(.drains, "the intents that were committed last took very long"))
        }
        return breaches
    }

    /// Checks that only dead letters that block their ordering key still hold it.
    private func checkOrderingLanes() throws -> [Breach] {
        let rows = try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT lane.journey, lane.open_id, dead.state FROM outbox_lane AS lane
                    LEFT JOIN outbox_dead AS dead ON dead.id = lane.open_id
                    """)
        }
        return rows.filter { !scenario.blockingJourneys.contains($0[0]) || ($0[2] as String?) != "dead" }.map { row in
            Breach(.drains, "intent \(row[1] as Int64) still holds its ordering key")
        }
    }

    // MARK: Fairness

    /// Checks that journeys with many intents and different priorities wait only for each other's turns, and not
    /// longer.
    func checkFairness() -> [Breach] {
        // A paused journey has no turn before its next probe.
        guard scenario.finalRequestsPerJourney > 0, scenario.journeys.count > 1, let load = simulator.finalLoad,
            !load.beginsPaused
        else { return [] }
        let journeys = simulator.requestChecker.journeysSent(since: load.begunAt)
        // During these turns, each journey has more intents to send.
        let turns = Dictionary(grouping: journeys.indices, by: { journeys[$0] })
            .mapValues { $0.prefix(Scenario.largeFinalLoad) }
        let waitMax = 4 * scenario.journeys.count + 2 * scenario.policy.connections
        let starved = scenario.journeyNames.filter { name in
            let own = turns[name] ?? []
            return zip([-1] + own, own).contains { $1 - $0 > waitMax }
        }
        return starved.map { Breach(.drains, "\($0) waited for more than \(waitMax) others' turns") }
            + (isPriorityKept(turns.compactMapValues(\.last)) ? [] : [Breach(.drains, "a lower priority went first")])
    }

    /// Whether the journey of the highest priority finished before the others, with a tolerance of two turns of each.
    ///
    /// The order of turns shows this only with one connection and at least three journeys, because no journey may have
    /// all the capacity.
    private func isPriorityKept(_ ends: [String: Int]) -> Bool {
        let ranks = scenario.journeys.sorted { $0.priority > $1.priority }
        guard scenario.policy.connections == 1, ranks.count > 2, ranks[0].priority > ranks[1].priority else {
            return true
        }
        return ranks.dropFirst().allSatisfy { (ends[ranks[0].name] ?? 0) - 2 * ranks.count < (ends[$0.name] ?? .max) }
    }
}
