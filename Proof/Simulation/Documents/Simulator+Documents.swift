import Delivery
import GRDB
import Operation
import SQLiteStore
import Sandbox

/// A batch in doubt, as it was first seen.
struct DoubtNote: Sendable {
    var id: Int64
    var key: String
    var journey: String
    var code: String?
    var url: String
    var intents: [Int64]
    var firstSeenAt: Int64
    /// How many processes had crashed by then.
    var crashes: Int
}

/// The intents that are committed when the API is healthy again. They show how soon anything is delivered.
struct Recovery: Sendable {
    var begunAt: Int64
    var intents: Set<Int64>
    /// Whether one of them was delivered in time; nil while the time is not over.
    var isInTime: Bool?
}

/// The course of a run in the weather of the documents.
extension Simulator {
    /// The longest interval between two probes of a pause, and a minute for what follows a probe; in milliseconds.
    static let recoveryTimeMax: Int64 = 16 * 60_000
    /// The time within which everything must have ended after the faults, in milliseconds. It is longer than the age at
    /// which a request of unknown outcome is put in doubt, and leaves time for the operator.
    var weatherDrainTime: Int64 { scenario.policy.unknownAfter.milliseconds + 8 * 3_600_000 }
    /// The time from the end of the faults to the operator's first review. By then, every copy of a request has arrived.
    private static let reviewAfter: Int64 = 3 * 3_600_000
    private static let doubtPollInterval: Int64 = 300_000
    private static let week: Int64 = 7 * 86_400_000

    /// Removes from a drawn scenario what the weather of the documents replaces.
    static func withoutClassicWeather(_ drawn: Scenario, _ random: inout PRNG) -> Scenario {
        var scenario = drawn
        scenario.faults = Network.FaultRates()
        scenario.disruptions = Scenario.Disruptions()
        scenario.areKeysIgnored = false
        scenario.idempotency = .auto
        scenario.expiry = 0
        scenario.policy.maxAttempts = 5
        // A shorter age keeps most runs short.
        scenario.policy.unknownAfter = .seconds(random.pick([3, 3, 3, 22]) * 3600)
        scenario.poison = random.pick([0, 0.1, 0.1])
        scenario.finalRequestsPerJourney = 0
        for index in scenario.journeys.indices { scenario.journeys[index].onDead = .continue }
        return scenario
    }

    func planWeather(_ weather: DocumentWeather) {
        let actions: [(WeatherFeature, @Sendable (Simulator) throws -> Void)] = [
            (.rollOuts, { $0.documents?.changeAPI { $0.setHonouring(true, where: { !$0 }) } }),
            (.rollBacks, { $0.documents?.changeAPI { $0.setHonouring(false, where: { $0 }) } }),
            (.urlChanges, Self.changeURL), (.keyChanges, Self.changeKey), (.clockWeeks, Self.stepByWeeks),
            (.outages, Self.beginOutage), (.brownOuts, Self.beginBrownOut), (.journeyStates, Self.changeJourneyStatus),
            (.credit, Self.changeCredit), (.secondWorker, Self.startSecondWorker), (.freezes, Self.freezeProcess),
            (.reloads, Self.reload), (.triggerBlocks, Self.blockAtTheEdge),
        ]
        for (feature, action) in actions where weather.disruptions.contains(feature) {
            for _ in 0..<(1 + random.below(3)) {
                plan(at: Self.start + random.milliseconds(0...scenario.faultDuration)) { simulator in
                    if simulator.areFaultsActive { try action(simulator) }
                }
            }
        }
        plan(at: Self.start + Self.doubtPollInterval) { try $0.watchDoubt() }
    }

    // MARK: Disruptions

    private static let changeURL: ActionQueue.Action = { simulator in
        let other = DocumentWeather.urls.first { $0 != simulator.configuration.url }
        simulator.configuration.url = other ?? simulator.configuration.url
        for worker in simulator.workers.values { worker.reconfigure(simulator.configuration) }
    }

    /// Adds a new API key. The old one is revoked at once, later, or not at all.
    private static let changeKey: ActionQueue.Action = { simulator in
        let old = simulator.secrets[0]
        let new = "sk_\(PlannedIntent.canary)_\(simulator.secrets.count)"
        simulator.secrets.insert(new, at: 0)
        simulator.documents?.change { $0.addAPIKey(new) }
        let revoke: ActionQueue.Action = { simulator in
            guard simulator.areFaultsActive else { return }
            simulator.documents?.changeAPI { api in
                api.executor.revokeAPIKey(old)
                api.truth.revokedKeys.insert(old)
            }
        }
        switch simulator.random.below(4) {
        case 0: try revoke(simulator)
        case 1: simulator.plan(at: simulator.eventQueue.now + simulator.random.milliseconds(0...60_000), revoke)
        default: break
        }
        simulator.plan(at: simulator.eventQueue.now + simulator.random.milliseconds(0...10_000)) { simulator in
            for process in simulator.processes {
                process.keys.rotate(to: new)
                simulator.workers[ObjectIdentifier(process)]?.keysChanged()
            }
        }
    }

    /// Steps the worker's wall clock by up to three weeks. The API's clock stays right.
    private static let stepByWeeks: ActionQueue.Action = { simulator in
        let step = simulator.random.milliseconds(week / 7...3 * week) * (simulator.random.chance(0.5) ? 1 : -1)
        simulator.stepClock(by: step)
        guard simulator.random.chance(0.5) else { return }
        simulator.plan(at: simulator.eventQueue.now + simulator.random.milliseconds(0...600_000)) { simulator in
            if simulator.areFaultsActive { simulator.stepClock(by: -step) }
        }
    }

    /// Nothing gets through, in one of four ways, for minutes to an hour or for more than a day.
    private static let beginOutage: ActionQueue.Action = { simulator in
        var rates = DocumentWeather.Rates()
        switch simulator.random.below(4) {
        case 0: rates.lostBefore = 1
        case 1: rates.notSent = 1
        case 2: rates.edgeBefore = 1
        default: rates.ownUnavailable = 1
        }
        simulator.override(rates, isDayLong: simulator.scenario.faultDuration >= Scenario.dayLong)
    }

    /// A part of the requests fails with 503, and the others are slow.
    private static let beginBrownOut: ActionQueue.Action = { simulator in
        var rates = DocumentWeather.Rates()
        rates.ownUnavailable = simulator.random.pick([0.05, 0.2, 0.5])
        rates.slow = 0.5
        simulator.override(rates, isDayLong: false)
    }

    private func override(_ rates: DocumentWeather.Rates, isDayLong: Bool) {
        documents?.override(rates)
        let length = random.milliseconds(isDayLong ? 80_000_000...95_000_000 : 10_000...3_000_000)
        plan(at: eventQueue.now + length) { simulator in
            if simulator.areFaultsActive { simulator.documents?.override(nil) }
        }
    }

    /// An edge refuses the triggers while journeys can be read, or the reverse, or both.
    private static let blockAtTheEdge: ActionQueue.Action = { simulator in
        let (triggers, readings) = simulator.random.pick([(true, false), (false, true), (true, true)])
        simulator.documents?.block(triggers: triggers, readings: readings)
        simulator.plan(at: simulator.eventQueue.now + simulator.random.milliseconds(1000...3_000_000)) { simulator in
            if simulator.areFaultsActive { simulator.documents?.block(triggers: false, readings: false) }
        }
    }

    // MARK: The end of the faults

    /// Heals everything but the worker. No operator helps: no pause is ended by hand, and no worker is told.
    func endWeather() throws {
        faultInjector.endFaults()
        documents?.heal()
        documents?.change { model in
            for secret in secrets { model.addAPIKey(secret) }
            model.credit = nil
            for journey in model.journeys where journey.status != .live { model[journey: journey.id]?.status = .live }
        }
        if clock.ahead != 0 { stepClock(by: -clock.ahead) }
        let url = configuration.url
        configuration = scenario.configuration()
        configuration.url = url
        for process in processes {
            process.keys.rotate(to: secrets[0])
            workers[ObjectIdentifier(process)]?.reconfigure(configuration)
        }
        let before = Set(producer.record.committed.keys)
        try producer.commitPlain(scenario, each: 1, at: eventQueue.now)
        let fresh = Set(producer.record.committed.keys).subtracting(before)
        recovery = Recovery(begunAt: eventQueue.now, intents: fresh)
        notifyCommit()
        plan(at: eventQueue.now + Self.recoveryTimeMax) { try $0.checkRecovery() }
        plan(at: eventQueue.now + Self.reviewAfter) { try $0.reviewDoubt() }
    }

    private func checkRecovery() throws {
        guard let recovery else { return }
        let delivered = try database.queue.unsafeRead { db in
            try Int64.fetchSet(db, sql: "SELECT id FROM outbox_history")
        }
        let isInTime = !delivered.isDisjoint(with: recovery.intents)
        self.recovery?.isInTime = isInTime
        guard !isInTime else { return }
        let pauses = try database.queue.unsafeRead { db in
            try String.fetchAll(
                db, sql: "SELECT scope || ' ' || cause || ' ' || coalesce(detail, '') FROM outbox_pause")
        }
        recoveryPauses = "pauses: \(pauses)"
    }

    /// Whether the time for the first delivery is over or everything is settled.
    func isRecoveryOver() throws -> Bool {
        if recovery?.isInTime == nil { try checkRecovery() }
        return true
    }

    // MARK: Doubt

    /// Notes the batches in doubt that were not seen before.
    private func watchDoubt() throws {
        plan(at: eventQueue.now + Self.doubtPollInterval) { try $0.watchDoubt() }
        try noteDoubt()
    }

    func noteDoubt() throws {
        let rows = try database.queue.unsafeRead { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT batch.id, batch.key, batch.journey, batch.code, json_extract(batch.target, '$.url'),
                          (SELECT group_concat(json_extract(member.value, '$[0]')) FROM json_each(batch.members) AS member)
                        FROM outbox_batch AS batch WHERE batch.state = 'in_doubt' AND batch.state <> 'settled'
                        """))
        }
        for row in rows where doubtNotes[row[0]] == nil {
            let members: String = row[5] ?? ""
            doubtNotes[row[0]] = DoubtNote(
                id: row[0], key: row[1], journey: row[2], code: row[3], url: row[4] ?? "",
                intents: members.split(separator: ",").compactMap { Int64($0) }, firstSeenAt: eventQueue.now,
                crashes: crashes)
        }
    }

    /// Resolves every batch in doubt by what the operator reads in the API's log.
    private func reviewDoubt() throws {
        plan(at: eventQueue.now + 3_600_000) { try $0.reviewDoubt() }
        try noteDoubt()
        let entered = documents?.truth.entrances ?? [:]
        let open = try database.queue.unsafeRead { db in
            try Int64.fetchAll(
                db,
                sql: """
                    SELECT json_extract(member.value, '$[0]') FROM outbox_batch AS batch, json_each(batch.members) AS member
                    WHERE batch.state = 'in_doubt'
                    """)
        }
        guard !open.isEmpty else { return }
        let connection = try database.connection()
        for id in open {
            let isEntered = producer.record.committed[id].map { entered[$0.number] != nil } ?? false
            _ = try ResolutionRun(connection, at: WallTime(milliseconds: wallTime)).apply(
                isEntered ? .delivered : .resend, to: .intents([id]))
        }
        notifyCommit()
    }
}
