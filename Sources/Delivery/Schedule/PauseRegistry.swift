/// The pauses in force: which requests may leave, and which one may leave as a probe.
struct PauseRegistry {
    /// Whether a request may leave through a door.
    enum Gate: Equatable {
        case open
        /// One request may leave, to see whether the door has opened.
        case probe
        case closed
    }

    private(set) var pauses: [Pause]
    /// What the next round has to store.
    private var changes: [PauseChange] = []

    init(_ pauses: [Pause]) {
        self.pauses = pauses
    }

    mutating func takeChanges() -> [PauseChange] {
        defer { changes = [] }
        return changes
    }

    /// Replaces what this process knows by what the database holds, after another process may have written it.
    ///
    /// What has not been stored yet is kept: an answer may have closed a door since the database was last written.
    mutating func replace(by stored: [Pause]) {
        pauses = stored
        for change in changes {
            switch change {
            case .put(let pause):
                pauses.removeAll { $0.scope == pause.scope && $0.cause == pause.cause }
                pauses.append(pause)
            case .remove(let scope, let cause): pauses.removeAll { $0.scope == scope && $0.cause == cause }
            }
        }
    }

    func passage(_ scope: Pause.Scope, at now: WallTime) -> Gate {
        pauses.filter { $0.scope == scope }.reduce(.open) { passage, pause in
            guard pause.isDue(at: now) else { return .closed }
            return pause.cause == Pause.rateCause || passage == .closed ? passage : .probe
        }
    }

    /// Whether nothing but a rate limit holds everything back, and only for a short while.
    func isHeldBriefly(at now: WallTime) -> Bool {
        pauses.filter { $0.scope == .everything }.allSatisfy { pause in
            guard pause.cause == Pause.rateCause, let next = pause.nextProbe else { return false }
            return next - now <= Pause.brief
        }
    }

    /// The doors of a scope that are shut, whether or not a probe is due.
    func isShut(_ scope: Pause.Scope, at now: WallTime) -> Bool {
        passage(scope, at: now) != .open
    }

    /// The next moment at which a door is tried.
    func nextProbe(after now: WallTime) -> WallTime? {
        pauses.compactMap(\.nextProbe).filter { $0 > now }.min()
    }

    /// Journeys whose probe is due now.
    func journeysToProbe(at now: WallTime) -> [Pause] {
        pauses.filter { pause in
            guard case .journey = pause.scope else { return false }
            return pause.isDue(at: now)
        }
    }

    /// Notes that a door is closed; an answer to a request from before the pause changes nothing.
    mutating func close(_ scope: Pause.Scope, cause: String, detail: String?, requestID: String?, at now: WallTime) {
        if let index = index(scope, cause) {
            pauses[index].detail = detail
            pauses[index].requestID = requestID
            return store(pauses[index])
        }
        let pause = Pause(
            scope: scope, cause: cause, detail: detail, requestID: requestID, since: now,
            nextProbe: now + Pause.interval(afterProbes: 0), probes: 0)
        pauses.append(pause)
        store(pause)
    }

    /// Notes a 429: everything waits, longer at every repeat, the server's own word being the least.
    mutating func limit(until time: WallTime, at now: WallTime) {
        if let index = index(.everything, Pause.rateCause) {
            pauses[index].nextProbe = max(time, pauses[index].nextProbe ?? time)
            return store(pauses[index])
        }
        let pause = Pause(
            scope: .everything, cause: Pause.rateCause, detail: nil, requestID: nil, since: now, nextProbe: time,
            probes: 0)
        pauses.append(pause)
        store(pause)
    }

    /// Notes that a probe leaves through the doors of a scope: the next one is due later, also after a restart.
    mutating func noteProbe(_ scope: Pause.Scope, at now: WallTime) {
        for index in pauses.indices where pauses[index].scope == scope && pauses[index].cause != Pause.rateCause {
            guard pauses[index].nextProbe != nil else { continue }
            pauses[index].probes += 1
            pauses[index].nextProbe = now + Pause.interval(afterProbes: pauses[index].probes)
            store(pauses[index])
        }
    }

    /// Opens the doors of a scope that an answer has proven open; a person's pause and a rate's stay.
    mutating func open(_ scope: Pause.Scope, begunAt: WallTime) {
        remove {
            $0.scope == scope && $0.cause != Pause.operatorCause && $0.cause != Pause.rateCause
                && $0.isOlder(than: begunAt)
        }
    }

    /// Opens the door that a rate limit had closed, once its time has passed.
    mutating func openRate(at now: WallTime) {
        remove { $0.cause == Pause.rateCause && ($0.nextProbe == nil || $0.isDue(at: now)) }
    }

    /// Lets refused doors be tried at once, because something about them changed (a new API key, say).
    mutating func probeSoon(at now: WallTime, where isConcerned: (Pause.Scope) -> Bool) {
        for index in pauses.indices where isConcerned(pauses[index].scope) {
            guard pauses[index].nextProbe != nil, pauses[index].cause != Pause.rateCause else { continue }
            pauses[index].nextProbe = now
            store(pauses[index])
        }
    }

    /// Moves every time along with a clock that was set back, so that no door stays shut for as long.
    mutating func moveBack(by step: Duration) {
        for index in pauses.indices {
            pauses[index].since = pauses[index].since - step
            pauses[index].nextProbe = pauses[index].nextProbe.map { $0 - step }
            store(pauses[index])
        }
    }

    /// Takes along what a clock has left that was ahead, and was set back while nobody looked: nothing began later than
    /// now, and no probe is due later than its interval.
    mutating func inherit(at now: WallTime) {
        for index in pauses.indices {
            var pause = pauses[index]
            let ahead = max(.zero, pause.since - now)
            pause.since = pause.since - ahead
            pause.nextProbe = pause.nextProbe.map { next in
                let latest = now + Pause.interval(afterProbes: pause.probes)
                return pause.cause == Pause.rateCause ? next - ahead : min(next - ahead, latest)
            }
            guard pause != pauses[index] else { continue }
            pauses[index] = pause
            store(pause)
        }
    }

    private func index(_ scope: Pause.Scope, _ cause: String) -> Int? {
        pauses.firstIndex { $0.scope == scope && $0.cause == cause }
    }

    private mutating func store(_ pause: Pause) {
        changes.append(.put(pause))
    }

    private mutating func remove(where isGone: (Pause) -> Bool) {
        for pause in pauses where isGone(pause) { changes.append(.remove(pause.scope, cause: pause.cause)) }
        pauses.removeAll(where: isGone)
    }
}
