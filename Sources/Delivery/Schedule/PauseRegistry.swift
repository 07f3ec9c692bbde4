/// The pauses in force: which requests may leave, and which one may leave as a probe.
///
/// Times are wall times, since pauses outlive a process. Every change is kept until `takeChanges`, for the next round.
struct PauseRegistry: Sendable {
    /// What a scope lets through at a moment.
    enum Gate: Equatable {
        /// Nothing is paused.
        case allowed
        /// The scope is paused, and one request may leave to find out whether it still has to be.
        case probe
        /// The scope is paused, and no probe is due.
        case blocked
    }

    private(set) var pauses: [Pause]
    private var changes: [PauseChange] = []

    init(_ stored: [Pause]) {
        pauses = stored
    }

    /// Takes over the pauses that an earlier worker has stored.
    ///
    /// A clock that was ahead and has been set back since may have written them: no pause began later than now, and no
    /// probe is due later than its interval allows.
    init(recovering stored: [Pause], at now: WallTime) {
        self.init(stored)
        for index in pauses.indices {
            var pause = pauses[index]
            let ahead = max(.zero, pause.since - now)
            pause.since = pause.since - ahead
            pause.nextProbe = pause.nextProbe.map { next in
                let latest = now + Pause.interval(afterProbes: pause.probes)
                return pause.cause == .rateLimited ? next - ahead : min(next - ahead, latest)
            }
            guard pause != pauses[index] else { continue }
            pauses[index] = pause
            store(pause)
        }
    }

    /// The changes since the last call, in order.
    mutating func takeChanges() -> [PauseChange] {
        defer { changes = [] }
        return changes
    }

    /// Replaces what this process knows by what the database holds, after another process may have changed it.
    ///
    /// Changes that are not stored yet are applied on top.
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

    // MARK: Questions

    func gate(_ scope: Pause.Scope, at now: WallTime) -> Gate {
        pauses.filter { $0.scope == scope }.reduce(.allowed) { gate, pause in
            guard pause.isDue(at: now) else { return .blocked }
            return pause.cause == .rateLimited || gate == .blocked ? gate : .probe
        }
    }

    /// Whether a scope is paused, a probe due or not.
    func isPaused(_ scope: Pause.Scope, at now: WallTime) -> Bool { gate(scope, at: now) != .allowed }

    func isPaused(_ scope: Pause.Scope, for cause: PauseCause) -> Bool { index(scope, cause) != nil }

    /// Whether a scope is paused for another reason than the rate.
    func isPausedBesidesRate(_ scope: Pause.Scope) -> Bool {
        pauses.contains { $0.scope == scope && $0.cause != .rateLimited }
    }

    /// Whether only a rate limit pauses everything, and only for a short while.
    func isPausedBriefly(at now: WallTime) -> Bool {
        pauses.filter { $0.scope == .everything }.allSatisfy { pause in
            guard pause.cause == .rateLimited, let next = pause.nextProbe else { return false }
            return next - now <= Pause.brief
        }
    }

    /// The next moment at which a probe becomes due or a rate limit ends.
    func nextProbe(after now: WallTime) -> WallTime? {
        pauses.compactMap(\.nextProbe).filter { $0 > now }.min()
    }

    /// Journeys whose probe is due, in the order of their pauses; one that is paused for two causes appears twice.
    func journeysToProbe(at now: WallTime) -> [String] {
        pauses.compactMap { pause in
            guard case .journey(let name) = pause.scope, pause.isDue(at: now) else { return nil }
            return name
        }
    }

    // MARK: Changes

    /// Pauses a scope, or renews the reason of a pause that there is already.
    ///
    /// - Returns: the pause when it is new.
    mutating func pause(
        _ scope: Pause.Scope, cause: PauseCause, detail: String?, requestID: String?, at now: WallTime
    ) -> Pause? {
        if let index = index(scope, cause) {
            pauses[index].detail = detail
            pauses[index].requestID = requestID
            store(pauses[index])
            return nil
        }
        let pause = Pause(
            scope: scope, cause: cause, detail: detail, requestID: requestID, since: now,
            nextProbe: now + Pause.interval(afterProbes: 0), probes: 0)
        return add(pause)
    }

    /// Pauses everything after a 429 until `time`; a limit that is in force already is only made longer.
    ///
    /// - Returns: the pause when it is new.
    mutating func limitRate(until time: WallTime, at now: WallTime) -> Pause? {
        if let index = index(.everything, .rateLimited) {
            pauses[index].nextProbe = max(time, pauses[index].nextProbe ?? time)
            store(pauses[index])
            return nil
        }
        return add(
            Pause(
                scope: .everything, cause: .rateLimited, detail: nil, requestID: nil, since: now, nextProbe: time,
                probes: 0))
    }

    /// Notes that a probe of a scope leaves: the next one is due later, also after a restart.
    mutating func noteProbe(_ scope: Pause.Scope, at now: WallTime) {
        for index in pauses.indices where pauses[index].scope == scope && pauses[index].cause != .rateLimited {
            guard pauses[index].nextProbe != nil else { continue }
            pauses[index].probes += 1
            pauses[index].nextProbe = now + Pause.interval(afterProbes: pauses[index].probes)
            store(pauses[index])
        }
    }

    /// Ends the pauses of a scope that the answer to a request has proven over; those of an operator and of the rate stay.
    ///
    /// - Parameter begunAt: when the request began; a pause that is younger stays.
    /// - Returns: the pauses that ended.
    mutating func resume(_ scope: Pause.Scope, begunAt: WallTime) -> [Pause] {
        remove {
            $0.scope == scope && $0.cause != .byOperator && $0.cause != .rateLimited
                && $0.isOlder(than: begunAt)
        }
    }

    /// Ends a rate limit whose time has passed.
    mutating func endRateLimit(at now: WallTime) {
        _ = remove { $0.cause == .rateLimited && ($0.nextProbe == nil || $0.isDue(at: now)) }
    }

    /// Makes probes due at once, because something about the pause changed (a new API key, say).
    mutating func probeSoon(at now: WallTime, where isConcerned: (Pause.Scope) -> Bool) {
        for index in pauses.indices where isConcerned(pauses[index].scope) {
            guard pauses[index].nextProbe != nil, pauses[index].cause != .rateLimited else { continue }
            pauses[index].nextProbe = now
            store(pauses[index])
        }
    }

    /// Moves every time along with a clock that was set back, so that no pause lasts longer for it.
    mutating func moveBack(by step: Duration) {
        for index in pauses.indices {
            pauses[index].since = pauses[index].since - step
            pauses[index].nextProbe = pauses[index].nextProbe.map { $0 - step }
            store(pauses[index])
        }
    }

    private func index(_ scope: Pause.Scope, _ cause: PauseCause) -> Int? {
        pauses.firstIndex { $0.scope == scope && $0.cause == cause }
    }

    private mutating func add(_ pause: Pause) -> Pause {
        pauses.append(pause)
        store(pause)
        return pause
    }

    private mutating func store(_ pause: Pause) {
        changes.append(.put(pause))
    }

    private mutating func remove(where isOver: (Pause) -> Bool) -> [Pause] {
        let over = pauses.filter(isOver)
        for pause in over { changes.append(.remove(pause.scope, cause: pause.cause)) }
        pauses.removeAll(where: isOver)
        return over
    }
}
