/// Whose turn it is: which journeys have something to send, and who was served longest ago.
struct Turns {
    private struct Turn {
        var supply: Supply = .more
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

    mutating func absorb(_ survey: Survey) {
        for name in turns.keys {
            let isSupplied = survey.supplied.contains(name)
            turns[name]?.supply = isSupplied ? .more : .empty
            turns[name]?.nextDue = survey.nextDue[name]
        }
    }

    /// What the claims of a round have left. Only the earliest due time of a journey is kept here, so that a claim that
    /// has taken what was due has to say what comes next.
    mutating func absorb(_ result: RoundResult) {
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

    /// Ripe journeys, by priority and then by who was served longest ago.
    func order(_ journeys: [Journey], at now: WallTime) -> [Journey] {
        journeys.filter { isRipe($0.name, at: now) }.sorted {
            (-$0.priority, turns[$0.name]?.lastServed ?? 0, $0.name) < (
                -$1.priority, turns[$1.name]?.lastServed ?? 0, $1.name
            )
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
