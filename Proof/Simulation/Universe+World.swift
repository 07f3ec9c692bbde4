import Delivery
import Operation
import SQLiteStore
import Sandbox

/// What happens around the worker while things go wrong.
extension Universe {
    func planProducers() {
        for _ in 0..<scenario.commits {
            let time = Self.start + dice.milliseconds(0...(scenario.chaos * 3 / 4))
            plan(at: time) { universe in
                try universe.producer.commit(universe.scenario, at: universe.wall, &universe.dice)
                if universe.dice.chance(0.2) { try universe.producer.cancel(&universe.dice) }
                universe.notifyCommit()
            }
        }
    }

    func planUpsets() {
        let upsets = scenario.upsets
        for (isWanted, action) in [
            (upsets.journeyStates, Self.turnJourney), (upsets.keyRotations, Self.rotateKey),
            (upsets.credit, Self.turnCredit), (upsets.operatorPauses, Self.turnPause), (upsets.reloads, Self.reload),
            (upsets.outages, Self.cutOff), (upsets.secondWorker, Self.startSecondWorker),
            (upsets.freezes, Self.freezeProcess), (!scenario.blocking.isEmpty, Self.lookAtDead),
            (upsets.clockJumps, Self.jumpClock),
        ] as [(Bool, @Sendable (Universe) throws -> Void)] where isWanted {
            for _ in 0..<(1 + dice.below(4)) {
                plan(at: Self.start + dice.milliseconds(0...scenario.chaos)) { universe in
                    if universe.isChaotic { try action(universe) }
                }
            }
        }
        guard upsets.restore else { return }
        let time = Self.start + dice.milliseconds(0...(scenario.chaos / 2))
        plan(at: time, Self.backUp)
        if upsets.lostNote {
            plan(at: time + dice.milliseconds(0...dice.pick([1, 50, 3000]))) { try $0.restoreAfterLostNote() }
        } else {
            plan(at: time + dice.milliseconds(100...(scenario.chaos / 2)), Self.restore)
        }
    }

    private static let turnJourney: @Sendable (Universe) throws -> Void = { universe in
        let id = Int(universe.dice.pick(universe.scenario.journeys).id)
        let status = universe.dice.pick([SandboxJourney.Status.draft, .off, .live])
        universe.network.change { $0[journey: id]?.status = status }
    }

    /// A new key; the old one goes at once, later, or not at all.
    private static let rotateKey: @Sendable (Universe) throws -> Void = { universe in
        let old = universe.secrets[0]
        let new = "sk_\(Intention.canary)_\(universe.secrets.count)"
        universe.secrets.insert(new, at: 0)
        universe.network.change { $0.addAPIKey(new) }
        let revoke: @Sendable (Universe) throws -> Void = { universe in
            if universe.isChaotic { universe.network.change { $0.revokeAPIKey(old) } }
        }
        switch universe.dice.below(3) {
        case 0: try revoke(universe)
        case 1: universe.plan(at: universe.agenda.now + universe.dice.milliseconds(0...20_000), revoke)
        default: break
        }
        universe.plan(at: universe.agenda.now + universe.dice.milliseconds(0...10_000)) { universe in
            for process in universe.processes {
                process.ring.rotate(to: new)
                universe.workers[ObjectIdentifier(process)]?.keysChanged()
            }
        }
    }

    private static let turnCredit: @Sendable (Universe) throws -> Void = { universe in
        let credit = universe.dice.pick([0, 3, nil])
        let isCached = universe.dice.chance(0.5)
        universe.network.change {
            $0.credit = credit
            $0.faults.keepsQuotaRefusals = isCached
        }
    }

    private static let turnPause: @Sendable (Universe) throws -> Void = { universe in
        let now = WallTime(milliseconds: universe.wall)
        let connection = try universe.live.connection()
        let scope =
            universe.dice.chance(0.5)
            ? Pause.Scope.everything : .journey(universe.dice.pick(universe.scenario.journeys).name)
        if universe.dice.chance(0.5) {
            _ = try PauseSwitch(connection, at: now).pause(scope, reason: nil)
        } else {
            _ = try PauseSwitch(connection, at: now).resume(scope)
        }
        universe.notifyCommit()
    }

    private static let reload: @Sendable (Universe) throws -> Void = { universe in
        universe.configuration = universe.scenario.reconfigured(&universe.dice)
        for worker in universe.workers.values { worker.reconfigure(universe.configuration) }
    }

    /// Nothing gets through for hours: answers are lost first, then requests, in one of three ways.
    private static let cutOff: @Sendable (Universe) throws -> Void = { universe in
        var faults = universe.scenario.faults
        faults.lostAfter = 1
        universe.network.set(faults)
        var outage = Network.Faults()
        switch universe.dice.below(3) {
        case 0: outage.lostBefore = 1
        case 1: outage.notSent = 1
        default: outage.errorBefore = 1
        }
        let isDayLong = universe.scenario.chaos >= Scenario.dayLong
        let length = universe.dice.milliseconds(isDayLong ? 88_000_000...95_000_000 : 60_000...3_000_000)
        universe.plan(at: universe.agenda.now + universe.dice.milliseconds(100...20_000)) { [outage] universe in
            if universe.isChaotic { universe.network.set(outage) }
        }
        universe.plan(at: universe.agenda.now + length) { universe in
            if universe.isChaotic { universe.network.set(universe.scenario.faults) }
        }
    }

    /// A second one that was let in by mistake: the first must notice that it is fenced off.
    private static let startSecondWorker: @Sendable (Universe) throws -> Void = { universe in
        try universe.startWorker()
    }

    private static let freezeProcess: @Sendable (Universe) throws -> Void = { universe in
        guard let process = universe.processes.last else { return }
        let end = universe.agenda.now + universe.dice.milliseconds(100...120_000)
        process.freeze(until: end)
        universe.agenda.at(end) {}
    }
}
