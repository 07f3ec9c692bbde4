/// What the database has said: the due work it holds, and what came of a round.
extension Scheduler {
    /// How long a batch waits whose settlement the database refused, before its request is asked for again.
    static let failedWait: Duration = .seconds(60)

    mutating func receive(_ work: DueWork) {
        needsDueWork = false
        queue.receive(work)
        // The database does not show yet what the next round is to move.
        for settlement in settlements.all { queue.note(settlement) }
        pauses.replace(by: work.pauses)
    }

    mutating func receive(_ result: RoundResult, at now: Moment) {
        for batch in result.begun {
            open.begin(batch)
            noteProbes(of: batch.journey, at: now)
            events.append(.begun(batch))
        }
        rateLimiter.note(result.begun.count, at: now.monotonic)
        for batch in result.successors {
            open.wait(batch, until: now.monotonic)
            if let parent = batch.parent { edgeRefusals.inherit(batch.id, from: parent) }
        }
        edgeRefusals.keep { [open] in open.contains($0) }
        let hasMore = result.begun.isEmpty && result.supplies.values.contains(.more)
        if !result.successors.isEmpty || !result.released.isEmpty || hasMore { isBehind = true }
        if result.hasOverlongWaits { unstored.endOverlongWaits() }
        for failed in result.failed {
            open.wait(failed.batch, until: now.monotonic + Self.failedWait)
            events.append(.settlementFailed(batch: failed.batch.id, reason: failed.reason))
        }
        for id in result.stale {
            open.remove(id)
            events.append(.stale(batch: id))
        }
        queue.receive(result)
        let alike = result.refusedAlike.filter { $0.value >= RefusalCounts.alikeMax }
        for (journey, count) in alike.sorted(by: { $0.key < $1.key }) { parkForRows(journey, count, at: now) }
        for (intent, reason) in result.quarantined.sorted(by: { $0.key < $1.key }) {
            events.append(.quarantined(intent: intent, reason))
        }
        events.append(.round(result))
    }

    /// Moves into the round all settlements that there are, at once; but where only the rate holds back the next claims,
    /// a moment later with them: at a limit every request would cost two commits otherwise.
    ///
    /// A crash meanwhile asks again under the same key.
    mutating func takeSettlements(into plan: inout Plan, at now: Moment) {
        if !settlements.isEmpty, maySettlementsWait(beside: plan, at: now) {
            return settlements.wait(at: now.monotonic)
        }
        plan.round.settlements = settlements.take()
    }

    private func maySettlementsWait(beside plan: Plan, at now: Moment) -> Bool {
        guard !isStopping, plan.round.claims.isEmpty, plan.round.resumes.isEmpty, isWaitingForRate(at: now),
            // Half of the slots may be answered and not settled: the others are for requests under way.
            settlements.all.count <= slots.count / 2,
            let next = rateLimiter.nextFree(after: now.monotonic, atMost: permitsMax(at: now))
        else { return false }
        return settlements.mayWait(for: next, at: now.monotonic)
    }
}
