/// Whose turn it is: which journeys have something to send, and who was served longest ago.
struct FairQueue {
    private struct Turn {
        var supply: Backlog = .more
        /// When the next intent that waits or is scheduled becomes due.
        var nextDue: WallTime?
        var lastServed = 0
    }

    private var turns: [String: Turn] = [:]
    private var served = 0

    /// Keeps the journeys of a configuration, new ones supposed to have something.
    mutating func keep(_ journeys: [Journey]) {
        turns = Dictionary(uniqueKeysWithValues: journeys.map { ($0.name, turns[$0.name] ?? Turn()) })
    }

    mutating func absorb(_ survey: DueWork) {
        for name in turns.keys {
            let isSupplied = survey.supplied.contains(name)
            turns[name]?.supply = isSupplied ? .more : .empty
            turns[name]?.nextDue = survey.nextDue[name]
        }
    }

    /// What the claims of a round have left. Only the earliest due time of a journey is kept here, so that a claim that
    /// has taken what was due has to say what comes next.
    mutating func absorb(_ result: RoundResult) {
        for batch in result.begun { serve(batch.journey) }
        for (name, supply) in result.supplies {
            turns[name]?.supply = supply
            turns[name]?.nextDue = result.nextDue[name]
        }
    }

    /// Notes that a row of the journey becomes due then.
    mutating func note(due time: WallTime, in journey: String) {
        guard let turn = turns[journey] else { return }
        turns[journey]?.nextDue = min(turn.nextDue ?? time, time)
    }

    mutating func serve(_ journey: String) {
        served += 1
        turns[journey]?.lastServed = served
    }

    /// Whether the journey has something that may go now.
    func isRipe(_ journey: String, at now: WallTime) -> Bool {
        guard let turn = turns[journey] else { return false }
        if let due = turn.nextDue, due <= now { return true }
        switch turn.supply {
        case .more: return true
        case .empty: return false
        case .ripens(let time): return time <= now
        }
    }

    /// Journeys with something that may go now.
    func ripe(_ journeys: [Journey], at now: WallTime) -> [Journey] {
        journeys.filter { isRipe($0.name, at: now) }
    }

    /// Names by who was served longest ago.
    func byTurn(_ names: [String]) -> [String] {
        names.sorted { (turns[$0]?.lastServed ?? 0, $0) < (turns[$1]?.lastServed ?? 0, $1) }
    }

    /// Every second turn.
    var isOddTurn: Bool { served % 2 == 1 }

    /// Every so many turns priority does not count.
    static let precedence = 4

    /// Deals permits out one by one: to the highest priority with room, and among equals to whoever was served longest
    /// ago; every fourth to whoever was served longest ago, whatever its priority, so that nobody starves.
    ///
    /// A permit is no turn yet: a journey has had its turn when a request of it has begun.
    func allot(_ permits: Int, among journeys: [Journey], room: (Journey) -> Int) -> [(journey: Journey, count: Int)] {
        var hands = journeys.map { journey in
            (journey: journey, count: 0, room: room(journey), last: turns[journey.name]?.lastServed ?? 0)
        }
        for turn in 0..<permits {
            let isFair = (served + turn) % Self.precedence == Self.precedence - 1
            let next = hands.indices.filter { hands[$0].count < hands[$0].room }.min { one, other in
                let (one, other) = (hands[one], hands[other])
                return (isFair ? 0 : -one.journey.priority, one.last, one.journey.name)
                    < (isFair ? 0 : -other.journey.priority, other.last, other.journey.name)
            }
            guard let next else { break }
            hands[next].count += 1
            hands[next].last = served + turn + 1
        }
        return hands.filter { $0.count > 0 }.sorted { $0.last < $1.last }.map { ($0.journey, $0.count) }
    }

    /// A clock that was set back says no longer when a partial batch becomes ripe: the next claim does.
    mutating func ripenAnew() {
        for (name, turn) in turns {
            if case .ripens = turn.supply { turns[name]?.supply = .more }
        }
    }

    /// Forgets a due time that has come: the claim that follows says what is left.
    mutating func passDue(at now: WallTime) {
        for (name, turn) in turns {
            guard let due = turn.nextDue, due <= now else { continue }
            turns[name]?.nextDue = nil
            turns[name]?.supply = .more
        }
    }

    /// The next moment at which a journey becomes ripe without a commit.
    func nextRipe(after now: WallTime) -> WallTime? {
        turns.values.compactMap { turn -> WallTime? in
            var times = [turn.nextDue].compactMap { $0 }
            if case .ripens(let time) = turn.supply { times.append(time) }
            return times.filter { $0 > now }.min()
        }.min()
    }
}
