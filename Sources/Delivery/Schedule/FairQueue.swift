/// Which journeys have something to send, and which of them was served longest ago.
struct FairQueue: Sendable {
    private struct Entry {
        var backlog: Backlog = .more
        /// When the next intent that waits or is scheduled becomes due.
        var nextDue: WallTime?
        var lastServed = 0

        func isReady(at now: WallTime) -> Bool {
            if let nextDue, nextDue <= now { return true }
            switch backlog {
            case .more: return true
            case .empty: return false
            case .partial(let readyAt): return readyAt <= now
            }
        }

        /// When the journey becomes ready without a commit; nil when no time says so.
        func nextReady(after now: WallTime) -> WallTime? {
            var times = [nextDue].compactMap { $0 }
            if case .partial(let readyAt) = backlog { times.append(readyAt) }
            return times.filter { $0 > now }.min()
        }
    }

    private var entries: [String: Entry] = [:]
    private var served = 0

    // MARK: What there is to send

    /// Keeps the journeys of a configuration; a new one is taken to have something until a look says otherwise.
    mutating func keep(_ journeys: [Journey]) {
        entries = Dictionary(uniqueKeysWithValues: journeys.map { ($0.name, entries[$0.name] ?? Entry()) })
    }

    mutating func receive(_ work: DueWork) {
        for name in entries.keys {
            entries[name]?.backlog = work.supplied.contains(name) ? .more : .empty
            entries[name]?.nextDue = work.nextDue[name]
        }
    }

    /// Takes in what the claims of a round have left.
    ///
    /// Only the earliest due time of a journey is kept here, so a claim that has taken what was due says what comes next.
    mutating func receive(_ result: RoundResult) {
        for batch in result.begun { noteServed(batch.journey) }
        for (name, backlog) in result.supplies {
            entries[name]?.backlog = backlog
            entries[name]?.nextDue = result.nextDue[name]
        }
    }

    /// Notes what a settlement makes due once it is stored.
    mutating func note(_ settlement: Settlement) {
        let journey = settlement.batch.journey
        for leaving in settlement.leaving.values {
            if case .waiting(let waiting) = leaving { note(due: waiting.dueAt, in: journey) }
        }
        // An end may free another intent of its ordering key, to be claimed in the very round that settles this one.
        if settlement.mayFreeOthers { note(due: settlement.batch.frozenAt, in: journey) }
    }

    /// Notes that a row of the journey becomes due then.
    mutating func note(due time: WallTime, in journey: String) {
        guard let entry = entries[journey] else { return }
        entries[journey]?.nextDue = min(entry.nextDue ?? time, time)
    }

    /// Forgets due times that have come: the claim that follows says what is left.
    mutating func passDue(at now: WallTime) {
        for (name, entry) in entries {
            guard let due = entry.nextDue, due <= now else { continue }
            entries[name]?.nextDue = nil
            entries[name]?.backlog = .more
        }
    }

    /// After the clock was set back, the time at which a partial batch becomes ready means nothing: a claim finds out.
    mutating func retryPartialBatches() {
        for (name, entry) in entries {
            if case .partial = entry.backlog { entries[name]?.backlog = .more }
        }
    }

    /// Whether the journey has something that may be sent now.
    func isReady(_ journey: String, at now: WallTime) -> Bool { entries[journey]?.isReady(at: now) ?? false }

    func ready(_ journeys: [Journey], at now: WallTime) -> [Journey] {
        journeys.filter { isReady($0.name, at: now) }
    }

    /// The next moment at which a journey becomes ready without a commit.
    func nextReady(after now: WallTime) -> WallTime? {
        entries.values.compactMap { $0.nextReady(after: now) }.min()
    }

    // MARK: Whose turn it is

    mutating func noteServed(_ journey: String) {
        served += 1
        entries[journey]?.lastServed = served
    }

    private func lastServed(_ journey: String) -> Int { entries[journey]?.lastServed ?? 0 }

    /// Every second turn.
    var isOddTurn: Bool { served % 2 == 1 }

    /// Every so many turns priority does not count.
    static let fairTurnInterval = 4

    /// Deals permits out one by one: to the highest priority with room, and among equals to the journey that was served
    /// longest ago; every fourth permit goes to the journey served longest ago, whatever its priority, so that none
    /// starves.
    ///
    /// A permit is no turn yet: a journey has had its turn when a request of it has begun.
    func allot(_ permits: Int, among journeys: [Journey], room: (Journey) -> Int) -> [(journey: Journey, count: Int)] {
        var shares = journeys.map { journey in
            (journey: journey, count: 0, room: room(journey), last: lastServed(journey.name))
        }
        for turn in 0..<permits {
            let isFair = (served + turn) % Self.fairTurnInterval == Self.fairTurnInterval - 1
            let next = shares.indices.filter { shares[$0].count < shares[$0].room }.min { one, other in
                let (one, other) = (shares[one], shares[other])
                return (isFair ? 0 : -one.journey.priority, one.last, one.journey.name)
                    < (isFair ? 0 : -other.journey.priority, other.last, other.journey.name)
            }
            guard let next else { break }
            shares[next].count += 1
            shares[next].last = served + turn + 1
        }
        return shares.filter { $0.count > 0 }.sorted { $0.last < $1.last }.map { ($0.journey, $0.count) }
    }

    /// Batches in the order in which they may leave: the journeys take turns, and a journey's smallest part goes first.
    ///
    /// Smallest first bounds what splitting adds: at most two parts of each size wait for every request under way,
    /// instead of all the parts that a batch can be cut into.
    /// - Parameter room: how many of a journey may leave.
    func interleave(_ batches: [Batch], room: (String) -> Int) -> [Batch] {
        var queues = Dictionary(grouping: batches, by: \.journey).mapValues { batches in
            batches.enumerated().sorted { first, second in
                Self.rank(first.element, first.offset) < Self.rank(second.element, second.offset)
            }.map(\.element)
        }
        for (journey, queue) in queues { queues[journey] = Array(queue.prefix(room(journey))) }
        let journeys = queues.keys.sorted { (lastServed($0), $0) < (lastServed($1), $1) }
        let longest = queues.values.map(\.count).max() ?? 0
        return (0..<longest).flatMap { place in
            journeys.compactMap { journey in
                queues[journey].flatMap { place < $0.count ? $0[place] : nil }
            }
        }
    }

    private static func rank(_ batch: Batch, _ place: Int) -> (Int, Int, Int) {
        batch.parent == nil ? (1, 0, place) : (0, batch.size, place)
    }
}
