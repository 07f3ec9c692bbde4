/// New batches.
extension Dispatcher {
    mutating func claim(into plan: inout Plan, permits: Int, at now: Moment) {
        var counts: [String: Int] = [:]
        var left = min(permits, freeSlots(at: now))
        let ripe = turns.order(configuration.journeys, at: now.wall).filter { isAdmitted($0.name, at: now) }
        guard !ripe.isEmpty, let current = fingerprints.first else { return }
        let share = share(of: ripe.count)
        var isServing = true
        while left > 0 && isServing {
            isServing = false
            for journey in ripe where left > 0 {
                let isProbe = doors.isShut(.journey(journey.name), at: now.wall)
                let held = open.count(in: journey.name) + (counts[journey.name] ?? 0)
                guard held < share, !isProbe || counts[journey.name] == nil else { continue }
                counts[journey.name, default: 0] += 1
                left -= 1
                isServing = true
            }
        }
        for journey in ripe {
            guard let count = counts[journey.name] else { continue }
            let isProbe = doors.isShut(.journey(journey.name), at: now.wall)
            turns.serve(journey.name)
            plan.round.claims.append(order(journey, batches: count, isProbe: isProbe, fingerprint: current))
        }
    }

    func order(_ journey: Journey, batches: Int, isProbe: Bool, fingerprint: String) -> ClaimOrder {
        let policy = configuration.policy
        return ClaimOrder(
            journey: journey, target: configuration.target(of: journey), apiKeyFingerprint: fingerprint,
            batches: batches, rowsMax: isProbe ? 1 : policy.batchSize,
            bodyBytesMax: min(policy.bodyBytesMax, bodyBytesMax ?? .max), linger: policy.linger)
    }

    /// What one journey may hold of the slots: never all of them, so that another one's next intent finds a way.
    func share(of ripe: Int) -> Int {
        let slots = 2 * configuration.policy.connections
        return max(1, min(slots - max(1, slots / 4), (slots + ripe - 1) / ripe))
    }

    func isAdmitted(_ journey: String, at now: Moment) -> Bool {
        switch doors.passage(.journey(journey), at: now.wall) {
        case .open: true
        case .probe: isProbedByPosting(journey)
        case .closed: false
        }
    }
}
