/// How many requests may leave, and whose.
extension Scheduler {
    var slots: Slots { Slots(connections: configuration.policy.connections) }

    /// How many more batches may be frozen now.
    func freeSlots(at now: Moment) -> Int {
        // What waits for something else than the rate takes no slot, within a bound of its own.
        let held = min(slots.count, open.due(at: now.monotonic).count { isHeld($0, at: now) })
        // While nothing succeeds, every other batch counts: an outage must not freeze the backlog.
        let used =
            circuitBreaker.failuresInARow > 0
            ? open.count : open.slotsUsed(at: now.monotonic, longMax: slots.count - held)
        return max(0, slots.count - (used - held))
    }

    /// Whether a due batch waits for knowledge of enforcement or for the end of a pause.
    private func isHeld(_ batch: Batch, at now: Moment) -> Bool {
        guard batch.possiblyExecutedSince != nil else { return false }
        return enforcement == .unproven || pauses.isPaused(.journey(batch.journey), at: now.wall)
    }

    /// How many more batches of one journey may be frozen: its share, in which those in a long backoff do not count,
    /// and only a few while its requests fail.
    func room(of journey: String, share: Int, at now: Moment) -> Int {
        guard circuitBreaker.mayClaim(journey, at: now.monotonic) else { return 0 }
        if circuitBreaker.isOpen(journey) { return min(1, slots.failingMax - open.count(in: journey)) }
        return share - open.slotsUsed(in: journey, at: now.monotonic)
    }

    /// How many more requests may be under way at all.
    var freeRequests: Int { max(0, slots.count - open.inFlight.count) }

    /// How many more requests of one journey may be under way.
    func freeRequests(of journey: String) -> Int { slots.requestsMaxOfOne - open.requests(in: journey) }

    /// How many requests the slots leave room for, due batches included.
    ///
    /// At least one, for a request beside the batches' own: an outage that keeps every slot is no reason not to ask.
    func permitsMax(at now: Moment) -> Int { max(1, freeSlots(at: now) + open.due(at: now.monotonic).count) }

    /// How many requests may leave now, under the rates, the slots and the pauses.
    func permits(at now: Moment) -> Int {
        let free = rateLimiter.free(at: now.monotonic, atMost: permitsMax(at: now))
        switch pauses.gate(.everything, at: now.wall) {
        case .allowed: return free
        case .probe: return min(1, free)
        case .blocked: return 0
        }
    }

    /// Whether a request would leave if the rate had room for it: only then is the rate's next free place worth a look.
    func isWaitingForRate(at now: Moment) -> Bool {
        guard pauses.gate(.everything, at: now.wall) != .blocked else { return false }
        if deferredAnswers.needLookup { return true }
        guard !isStopping else { return false }
        return !open.due(at: now.monotonic).isEmpty || !pauses.journeysToProbe(at: now.wall).isEmpty
            || configuration.journeys.contains { queue.isReady($0.name, at: now.wall) }
    }

    /// One permit when a journey with nothing open waits and it is its turn: what others have open must not keep it out.
    ///
    /// The probe of everything is a fresh request if there is one: an open batch may be what is refused.
    func permitsKeptForClaims(beside due: [Batch], of permits: Int, at now: Moment) -> Int {
        guard permits > 0, freeSlots(at: now) > 0 else { return 0 }
        let ready = queue.ready(configuration.journeys, at: now.wall)
        let share = slots.share(of: ready.count)
        // Kept only for those that may take it, or no request would leave.
        let claiming = ready.filter { isAdmitted($0.name, at: now) && room(of: $0.name, share: share, at: now) > 0 }
        if pauses.gate(.everything, at: now.wall) == .probe { return claiming.isEmpty ? 0 : permits }
        guard permits <= due.count, queue.isOddTurn else { return 0 }
        return claiming.contains { open.count(in: $0.name) == 0 } ? 1 : 0
    }
}
