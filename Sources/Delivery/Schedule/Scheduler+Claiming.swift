/// New batches.
extension Scheduler {
    mutating func claim(into plan: inout Plan, permits: Int, at now: Moment) {
        let permits = min(permits, freeSlots(at: now), freeFlights)
        guard permits > 0, let current = fingerprints.first else { return }
        let ripe = turns.ripe(configuration.journeys, at: now.wall).filter { isAdmitted($0.name, at: now) }
        let share = share(of: ripe.count)
        let allotted = turns.allot(permits, among: ripe) { journey in
            let room = min(room(of: journey.name, share: share, at: now), freeFlights(of: journey.name))
            return doors.isShut(.journey(journey.name), at: now.wall) ? min(1, room) : room
        }
        for (journey, count) in allotted {
            let isProbe = doors.isShut(.journey(journey.name), at: now.wall)
            plan.round.claims.append(order(journey, batches: count, isProbe: isProbe, fingerprint: current))
        }
    }

    private func order(_ journey: Journey, batches: Int, isProbe: Bool, fingerprint: String) -> ClaimRequest {
        let policy = configuration.policy
        return ClaimRequest(
            journey: journey, target: configuration.target(of: journey), apiKeyFingerprint: fingerprint,
            batches: batches, rowsMax: isProbe ? 1 : policy.batchSize,
            bodyBytesMax: min(policy.bodyBytesMax, bodyBytesMax ?? .max), linger: policy.linger)
    }

    func isAdmitted(_ journey: String, at now: Moment) -> Bool {
        switch doors.passage(.journey(journey), at: now.wall) {
        case .open: true
        case .probe: isProbedByPosting(journey)
        case .closed: false
        }
    }
}
