/// Which round writes down what the answers have decided.
extension Scheduler {
    /// How long a settlement waits at most for the claims that are to share its commit.
    static let settlementsKeptMax: Duration = .milliseconds(150)

    /// All that there are, at once; but where only the rate holds back the next claims, a moment later with them: at a
    /// limit every request would cost two commits otherwise. A crash meanwhile asks again under the same key.
    mutating func takeSettlements(into plan: inout Plan, at now: Moment) {
        if !settlements.isEmpty, mayKeepSettlements(beside: plan, at: now) {
            settlementsKeptSince = settlementsKeptSince ?? now.monotonic
            return
        }
        plan.round.settlements = settlements
        settlements = []
        settlementsKeptSince = nil
    }

    private func mayKeepSettlements(beside plan: Plan, at now: Moment) -> Bool {
        guard !isStopping, plan.round.claims.isEmpty, plan.round.resumes.isEmpty, isWaitingForRate(at: now),
            // Half of the slots may be answered and not settled: the others are for requests under way.
            settlements.count <= slots / 2,
            let next = rateLimiter.nextFree(after: now.monotonic)
        else { return false }
        let end = (settlementsKeptSince ?? now.monotonic) + Self.settlementsKeptMax
        return next <= end && now.monotonic < end && settlements.allSatisfy(\.concernsNobodyElse)
    }
}

extension Settlement {
    /// Whether it only says that its own batch is delivered: nothing waits for it.
    fileprivate var concernsNobodyElse: Bool {
        guard case .settled = fate else { return false }
        return isOneStatement
    }
}
