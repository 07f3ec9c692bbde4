/// Batches that are open already.
extension Dispatcher {
    mutating func resume(into plan: inout Plan, permits: inout Int, at now: Moment) throws {
        for batch in open.due(at: now.monotonic) {
            switch try Resuming(self, now: now, journey: batch.journey).decide(batch) {
            case .send where permits > 0:
                permits -= 1
                probeIfShut(batch.journey, at: now)
                plan.round.resumes.append(batch)
            case .send: continue
            case .wait: continue
            case .learnEnforcement:
                // While everything is shut this is the probe of that door too, and two requests are one permit.
                let isDoorProbe = doors.isShut(.everything, at: now.wall)
                guard !isProbingEnforcement, nextEnforcementProbe <= now.monotonic, permits > (isDoorProbe ? 0 : 1)
                else { continue }
                isProbingEnforcement = true
                enforcementProbedAt = now.wall
                if isDoorProbe { doors.noteProbe(.everything, at: now.wall) }
                permits = max(0, permits - 2)
                windows.note(2, at: now.monotonic)
                plan.enforcementProbe = batch.target
            case .end(let settlement):
                settle(settlement, at: now)
                isBehind = true
            }
        }
    }

    func isAwaitingEnforcement(at now: Moment) -> Bool {
        enforcement == .unproven && !isProbingEnforcement
            && open.due(at: now.monotonic).contains { $0.possiblyExecutedSince != nil }
    }

    /// A request that leaves through a shut door is that door's probe.
    mutating func probeIfShut(_ journey: String, at now: Moment) {
        for scope in [Pause.Scope.everything, .journey(journey)] where doors.isShut(scope, at: now.wall) {
            doors.noteProbe(scope, at: now.wall)
        }
    }
}
