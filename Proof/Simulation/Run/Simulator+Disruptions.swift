import Delivery
import SQLiteStore
import Sandbox

/// What producers, the operator, the API and the machine do while faults are active.
extension Simulator {
    func planProducers() {
        for _ in 0..<scenario.transactions {
            let time = Self.start + random.milliseconds(0...(scenario.faultDuration * 3 / 4))
            plan(at: time) { simulator in
                // In the weather of the documents only the worker's clock is wrong.
                let now = simulator.documents == nil ? simulator.wallTime : simulator.eventQueue.now
                try simulator.producer.commit(simulator.scenario, at: now, &simulator.random)
                if simulator.random.chance(0.2) { try simulator.producer.cancel(&simulator.random) }
                simulator.notifyCommit()
            }
        }
    }

    func planDisruptions() {
        let disruptions = scenario.disruptions
        for (isWanted, action) in [
            (disruptions.journeyStates, Self.changeJourneyStatus), (disruptions.keyRotations, Self.rotateKey),
            (disruptions.credit, Self.changeCredit), (disruptions.operatorPauses, Self.changePause),
            (disruptions.reloads, Self.reload),
            (disruptions.outages, Self.causeOutage), (disruptions.secondWorker, Self.startSecondWorker),
            (disruptions.freezes, Self.freezeProcess), (!scenario.blockingJourneys.isEmpty, Self.reviewDeadLetters),
            (disruptions.clockJumps, Self.jumpClock),
        ] as [(Bool, @Sendable (Simulator) throws -> Void)] where isWanted {
            for _ in 0..<(1 + random.below(4)) {
                plan(at: Self.start + random.milliseconds(0...scenario.faultDuration)) { simulator in
                    if simulator.areFaultsActive { try action(simulator) }
                }
            }
        }
        guard disruptions.restore else { return }
        let time = Self.start + random.milliseconds(0...(scenario.faultDuration / 2))
        plan(at: time, Self.backUp)
        if disruptions.lostRecord {
            plan(at: time + random.milliseconds(0...random.pick([1, 50, 3000]))) { try $0.restoreAfterLostRecord() }
        } else {
            plan(at: time + random.milliseconds(100...(scenario.faultDuration / 2)), Self.restore)
        }
    }

    /// Changes the API of this run.
    private func change(_ body: (inout SandboxModel) -> Void) {
        if let documents { documents.change(body) } else { network.change(body) }
    }

    static let changeJourneyStatus: @Sendable (Simulator) throws -> Void = { simulator in
        let id = Int(simulator.random.pick(simulator.scenario.journeys).id)
        let status = simulator.random.pick([SandboxJourney.Status.draft, .off, .live])
        simulator.change { $0[journey: id]?.status = status }
    }

    /// Adds a new API key. The old one is revoked at once, later, or not at all.
    private static let rotateKey: @Sendable (Simulator) throws -> Void = { simulator in
        let old = simulator.secrets[0]
        let new = "sk_\(PlannedIntent.canary)_\(simulator.secrets.count)"
        simulator.secrets.insert(new, at: 0)
        simulator.network.change { $0.addAPIKey(new) }
        let revoke: @Sendable (Simulator) throws -> Void = { simulator in
            if simulator.areFaultsActive { simulator.network.change { $0.revokeAPIKey(old) } }
        }
        switch simulator.random.below(3) {
        case 0: try revoke(simulator)
        case 1: simulator.plan(at: simulator.eventQueue.now + simulator.random.milliseconds(0...20_000), revoke)
        default: break
        }
        simulator.plan(at: simulator.eventQueue.now + simulator.random.milliseconds(0...10_000)) { simulator in
            for process in simulator.processes {
                process.keys.rotate(to: new)
                simulator.workers[ObjectIdentifier(process)]?.keysChanged()
            }
        }
    }

    static let changeCredit: @Sendable (Simulator) throws -> Void = { simulator in
        let credit = simulator.random.pick([0, 3, nil])
        let isCached = simulator.random.chance(0.5)
        simulator.change {
            $0.credit = credit
            $0.faults.keepsQuotaRefusals = isCached
        }
    }

    private static let changePause: @Sendable (Simulator) throws -> Void = { simulator in
        let now = WallTime(milliseconds: simulator.wallTime)
        let connection = try simulator.database.connection()
        let scope =
            simulator.random.chance(0.5)
            ? Pause.Scope.everything : .journey(simulator.random.pick(simulator.scenario.journeys).name)
        if simulator.random.chance(0.5) {
            _ = try PauseSwitch(connection, at: now).pause(scope, reason: nil)
        } else {
            _ = try PauseSwitch(connection, at: now).resume(scope)
        }
        simulator.notifyCommit()
    }

    static let reload: @Sendable (Simulator) throws -> Void = { simulator in
        let url = simulator.configuration.url
        simulator.configuration = simulator.scenario.reconfigured(&simulator.random)
        simulator.configuration.url = url
        for worker in simulator.workers.values { worker.reconfigure(simulator.configuration) }
    }

    /// An outage of minutes to hours, or of more than a day. First the answers are lost, then the requests, in one of
    /// three ways.
    private static let causeOutage: @Sendable (Simulator) throws -> Void = { simulator in
        var faults = simulator.scenario.faults
        faults.lostAfter = 1
        simulator.network.set(faults)
        var outage = Network.FaultRates()
        switch simulator.random.below(3) {
        case 0: outage.lostBefore = 1
        case 1: outage.notSent = 1
        default: outage.errorBefore = 1
        }
        let isDayLong = simulator.scenario.faultDuration >= Scenario.dayLong
        let length = simulator.random.milliseconds(isDayLong ? 88_000_000...95_000_000 : 60_000...3_000_000)
        simulator.plan(at: simulator.eventQueue.now + simulator.random.milliseconds(100...20_000)) {
            [outage] simulator in
            if simulator.areFaultsActive { simulator.network.set(outage) }
        }
        simulator.plan(at: simulator.eventQueue.now + length) { simulator in
            if simulator.areFaultsActive { simulator.network.set(simulator.scenario.faults) }
        }
    }

    /// A second worker that was started by mistake. The first one must notice that it is fenced off.
    static let startSecondWorker: @Sendable (Simulator) throws -> Void = { simulator in
        try simulator.startWorker()
    }

    static let freezeProcess: @Sendable (Simulator) throws -> Void = { simulator in
        guard let process = simulator.processes.last else { return }
        let end = simulator.eventQueue.now + simulator.random.milliseconds(100...120_000)
        process.freeze(until: end)
        simulator.eventQueue.at(end) {}
    }

    // MARK: The wall clock

    /// The largest offset of the wall clock, in milliseconds. It is well below the retention. Otherwise, records would
    /// correctly be pruned before they are checked.
    private static let clockOffsetMax: Int64 = 2 * 86_400_000

    /// Steps the clock while workers run: by minutes, by hours or by up to a day, in either direction.
    static let jumpClock: ActionQueue.Action = { simulator in
        let longest = simulator.random.pick([120_000, 7_200_000, 86_400_000] as [Int64])
        var step = simulator.random.milliseconds(60_000...longest) * (simulator.random.chance(0.5) ? 1 : -1)
        let ahead = simulator.clock.ahead
        if abs(ahead + step) > clockOffsetMax { step = ahead > 0 ? -abs(step) : abs(step) }
        simulator.stepClock(by: step)
        // Often the step is taken back soon.
        guard simulator.random.chance(0.4) else { return }
        simulator.plan(at: simulator.eventQueue.now + simulator.random.milliseconds(0...30_000)) { [step] simulator in
            if simulator.areFaultsActive { simulator.stepClock(by: -step) }
        }
    }

    func setClockBack() { stepClock(by: -random.milliseconds(60_000...86_400_000)) }

    func stepClock(by step: Int64) {
        requestChecker.recordClockStep(by: step, from: wallTime, at: eventQueue.now)
        clock.step(by: step)
    }

    /// How long the latest scheduled intent still has to wait by the wall clock, in milliseconds.
    var longestSchedule: Int64 {
        max(0, (producer.record.committed.values.compactMap(\.scheduledAt).max() ?? wallTime) - wallTime)
    }
}
