/// When to look again if nothing happens.
///
/// The plan itself is the only judge of what may happen: each part says at what times its answers change, and the
/// first of these times at which a plan would do something is the wake-up. No guard is written a second time.
extension Scheduler {
    /// No time in the database, however far away, makes the worker sleep longer.
    static let lookMax: Duration = .seconds(3600)

    /// So many times at which nothing would be done are passed over, at most; the next one is looked at in any case.
    static let idleChangesMax = 64

    /// After a round that left something to do: not at once, so that producers get their turn at the write lock.
    static let turnOfProducers: Duration = .milliseconds(1)

    /// When to look again, on the monotonic clock.
    ///
    /// Before that time a plan would do nothing, unless an event comes; at that time it does something, or so many
    /// changes were passed over that the worker looks in any case, or `lookMax` is over.
    func nextLook(after now: Moment) -> Duration {
        let end = now.monotonic + Self.lookMax
        var moment = now
        for _ in 0..<Self.idleChangesMax {
            guard let next = nextChange(after: moment, isFirst: moment == now), next < end else { return end }
            moment = now.advanced(to: next)
            if acts(at: moment) { return next }
        }
        return moment.monotonic
    }

    /// Whether a plan at that moment would do anything.
    func acts(at moment: Moment) -> Bool {
        var copy = self
        do {
            return try !copy.plan(at: moment).isEmpty
        } catch {
            // The worker meets the same error when it plans, and reports it.
            return true
        }
    }

    /// The first moment after `now` at which the answer of any part changes; nil when no time changes anything.
    private func nextChange(after now: Moment, isFirst: Bool) -> Duration? {
        let time = now.monotonic
        let times: [Duration?] = [
            isFirst && isBehind && !isStopping ? time + Self.turnOfProducers : nil,
            open.nextDue(after: time), nextUnknown(after: now), circuitBreaker.nextClaim(after: time),
            rateLimiter.nextFree(after: time, atMost: 1),
            rateLimiter.nextFree(after: time, atMost: permitsMax(at: now)),
            rateLimiter.nextWindowsFree(for: enforcementProbeRequests, after: time),
            pauses.nextProbe(after: now.wall).map(now.monotonic(at:)),
            queue.nextReady(after: now.wall).map(now.monotonic(at:)),
            enforcementKnowledge.nextProbe(after: time), inheritedBatches.nextAsk(after: time),
            settlements.waitEnd, stoppingSince.map { $0 + Self.stopPatience },
        ]
        return times.compactMap { $0 }.filter { $0 > time }.min()
    }

    /// When the next waiting batch becomes too old to be sent again under its key.
    private func nextUnknown(after now: Moment) -> Duration? {
        let trusted = trustedClock.time(at: now)
        return open.waiting.values.compactMap { waiting in
            waiting.batch.possiblyExecutedSince.map { stamp in
                now.monotonic + (stamp + configuration.policy.unknownAfter - trusted)
            }
        }.filter { $0 > now.monotonic }.min()
    }
}

extension Plan {
    /// Whether nothing is to be stored, sent or asked.
    var isEmpty: Bool {
        round.isEmpty && journeyProbes.isEmpty && statusLookups.isEmpty && enforcementProbe == nil && clockProbe == nil
    }
}
