/// New batches.
extension Scheduler {
    mutating func claim(into plan: inout Plan, permits: Int, at now: Moment) {
        let permits = min(permits, freeSlots(at: now), freeRequests)
        guard permits > 0, let current = fingerprints.first else { return }
        let ready = queue.ready(configuration.journeys, at: now.wall).filter { isAdmitted($0.name, at: now) }
        let share = slots.share(of: ready.count)
        let allotted = queue.allot(permits, among: ready) { journey in
            let room = min(room(of: journey.name, share: share, at: now), freeRequests(of: journey.name))
            return pauses.isPaused(.journey(journey.name), at: now.wall) ? min(1, room) : room
        }
        for (journey, count) in allotted {
            let isProbe = pauses.isPaused(.journey(journey.name), at: now.wall)
            plan.round.claims.append(request(journey, batches: count, isProbe: isProbe, fingerprint: current))
        }
    }

    private func request(_ journey: Journey, batches: Int, isProbe: Bool, fingerprint: String) -> ClaimRequest {
        let policy = configuration.policy
        return ClaimRequest(
            journey: journey, target: configuration.target(of: journey), apiKeyFingerprint: fingerprint,
            batches: batches, rowsMax: isProbe ? 1 : policy.batchSize,
            bodyBytesMax: min(policy.bodyBytesMax, unstored.bodyBytesMax ?? .max), linger: policy.linger)
    }

    /// Whether the pauses of a journey let a fresh request of it leave.
    func isAdmitted(_ journey: String, at now: Moment) -> Bool {
        switch pauses.gate(.journey(journey), at: now.wall) {
        case .allowed: true
        case .probe: isProbedByPosting(journey)
        case .blocked: false
        }
    }
}
