/// How many requests may leave, and whose.
extension Scheduler {
    /// What may be claimed and not yet settled: one batch under way and one to follow for each connection.
    var slots: Int { 2 * configuration.policy.connections }

    /// How many more batches may be frozen now.
    func freeSlots(at now: Moment) -> Int {
        // What waits for something else than the rate takes no slot, within a bound of its own.
        let held = min(slots, open.due(at: now.monotonic).count { isHeld($0, at: now) })
        // While nothing succeeds, every other batch counts: an outage must not freeze the backlog.
        let used =
            circuitBreaker.failuresInARow > 0 ? open.count : open.slotsUsed(at: now.monotonic, longMax: slots - held)
        return max(0, slots - (used - held))
    }

    /// What one journey may hold of the slots: never all of them, so that another one's next intent finds a way.
    func share(of ripe: Int) -> Int {
        max(1, min(slots - max(1, slots / 4), (slots + ripe - 1) / max(1, ripe)))
    }

    /// How many more batches of one journey may be frozen: its share, in which those in a long backoff do not count,
    /// and only a few while its requests fail.
    func room(of journey: String, share: Int, at now: Moment) -> Int {
        guard circuitBreaker.mayClaim(journey, at: now.monotonic) else { return 0 }
        if circuitBreaker.isFailing(journey) { return min(1, max(2, slots / 8) - open.count(in: journey)) }
        return share - open.slotsUsed(in: journey, at: now.monotonic)
    }

    /// How many more requests may be under way at all.
    var freeFlights: Int { max(0, slots - open.inFlight.count) }

    /// How many more requests of one journey may be under way: it never has every connection, however slow its answers.
    func freeFlights(of journey: String) -> Int {
        let connections = configuration.policy.connections
        return max(1, connections - max(1, connections / 4)) - open.flights(in: journey)
    }

    /// Counts requests that no batch remembers; they leave once the plan's round is committed.
    mutating func ask(_ count: Int, in plan: inout Plan, at now: Moment) {
        rateLimiter.note(count, at: now.monotonic)
        plan.round.extraRequests += count
    }

    /// How many requests may leave now, under the rates, the slots and the doors.
    func permits(at now: Moment) -> Int {
        // At least one, for a question: an outage that keeps every slot is no reason not to ask.
        let most = max(1, freeSlots(at: now) + open.due(at: now.monotonic).count)
        let free = rateLimiter.free(at: now.monotonic, atMost: most)
        switch doors.passage(.everything, at: now.wall) {
        case .open: return free
        case .probe: return min(1, free)
        case .closed: return 0
        }
    }

    /// Whether a request would leave if the rate had room for it: only then is the rate's next free place worth a look.
    func isWaitingForRate(at now: Moment) -> Bool {
        guard doors.passage(.everything, at: now.wall) != .closed else { return false }
        if undecided.contains(where: { !$0.isAsked }) { return true }
        guard !isStopping else { return false }
        return !open.due(at: now.monotonic).isEmpty || !doors.journeysToProbe(at: now.wall).isEmpty
            || configuration.journeys.contains { turns.isRipe($0.name, at: now.wall) }
    }

    // MARK: Open batches that are due

    /// Due batches in the order in which they go, as far as there is room: the journeys take turns, and a journey's
    /// smallest part goes first.
    ///
    /// Depth first bounds what splitting adds: at most two parts of each size wait for every request under way, instead
    /// of all the parts that a batch can be cut into.
    func inTurns(_ ready: [Batch]) -> [Batch] {
        var queues = Dictionary(grouping: ready, by: \.journey).mapValues { batches in
            batches.enumerated().sorted { first, second in
                Self.rank(first.element, first.offset) < Self.rank(second.element, second.offset)
            }.map(\.element)
        }
        for (journey, queue) in queues { queues[journey] = Array(queue.prefix(max(0, freeFlights(of: journey)))) }
        let journeys = turns.byTurn(Array(queues.keys))
        let most = queues.values.map(\.count).max() ?? 0
        let order = (0..<most).flatMap { place in
            journeys.compactMap { journey in
                queues[journey].flatMap { place < $0.count ? $0[place] : nil }
            }
        }
        return Array(order.prefix(freeFlights))
    }

    private static func rank(_ batch: Batch, _ place: Int) -> (Int, Int, Int) {
        batch.parent == nil ? (1, 0, place) : (0, batch.size, place)
    }

    /// One permit when a journey with nothing open waits and it is its turn: what others have open must not keep it out.
    ///
    /// The probe of everything is a fresh request if there is one: an open batch may be what is refused.
    func permitsKeptForClaims(beside ready: [Batch], of permits: Int, at now: Moment) -> Int {
        guard permits > 0, freeSlots(at: now) > 0 else { return 0 }
        let ripe = turns.ripe(configuration.journeys, at: now.wall)
        let share = share(of: ripe.count)
        // Kept only for those that may take it, or nobody would.
        let claiming = ripe.filter { isAdmitted($0.name, at: now) && room(of: $0.name, share: share, at: now) > 0 }
        if doors.passage(.everything, at: now.wall) == .probe { return claiming.isEmpty ? 0 : permits }
        guard permits <= ready.count, turns.isOddTurn else { return 0 }
        return claiming.contains { open.count(in: $0.name) == 0 } ? 1 : 0
    }
}
