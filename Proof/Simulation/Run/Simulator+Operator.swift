import Delivery
import GRDB
import Operation
import SQLiteStore
import Sandbox

/// A batch that the operator found in doubt.
struct InDoubtBatch: Sendable {
    var id: Int64
    var code: String?
    var status: Int?
}

/// The intents that are committed after everything has drained. They show that the worker still notices commits.
struct FinalLoad: Sendable {
    var begunAt: Int64
    /// How many of its transactions are not committed yet.
    var transactionsLeft: Int
    var endedAt: Int64?
    /// Whether a pause by the API was in force when the load began. It stays when no batch is left that could probe it:
    /// a replayed answer says nothing about the present state of the API.
    var beginsPaused: Bool

    /// The longest time that the delivery of the load may take, in milliseconds. It covers the slowest rate that
    /// refusals may have caused and, when the load begins paused, the longest time between two probes.
    var deliveryTimeMax: Int64 { beginsPaused ? 1_500_000 : 600_000 }
}

/// What the operator does: everything that a worker leaves to be decided.
extension Simulator {
    /// The time from the end of the faults to the operator's first review, in milliseconds. By then, every request that
    /// was on its way has arrived.
    private static let firstReviewAfter: Int64 = 200_000
    private static let nextReviewAfter: Int64 = 600_000

    func endFaults() throws {
        faultInjector.endFaults()
        network.set(Network.FaultRates())
        network.change { model in
            for secret in secrets { model.addAPIKey(secret) }
            model.credit = nil
            for journey in model.journeys where journey.status != .live { model[journey: journey.id]?.status = .live }
        }
        configuration = scenario.configuration()
        try resumeEverything()
        for worker in workers.values {
            worker.reconfigure(configuration)
            worker.keysChanged()
        }
        commits.notify()
        plan(at: eventQueue.now + Self.firstReviewAfter) { try $0.review() }
    }

    func resumeEverything() throws {
        let connection = try database.connection()
        for scope in [Pause.Scope.everything] + scenario.journeys.map({ .journey($0.name) }) {
            _ = try PauseSwitch(connection, at: WallTime(milliseconds: wallTime)).resume(scope)
        }
    }

    private func review() throws {
        plan(at: eventQueue.now + Self.nextReviewAfter) { try $0.review() }
        try resolveBatchesInDoubt()
        try decideAboutBlockingLetters()
    }

    /// Resolves every batch in doubt. The operator knows from the API's log which intents were entered.
    private func resolveBatchesInDoubt() throws {
        let found = try database.queue.unsafeRead { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT batch.id, batch.code, json_extract(batch.answers, '$[#-1].status'),
                          json_extract(member.value, '$[0]')
                        FROM outbox_batch AS batch, json_each(batch.members) AS member
                        WHERE batch.state = 'in_doubt' AND batch.state <> 'settled'
                        """))
        }
        guard !found.isEmpty else { return }
        inDoubtBatches += found.map { InDoubtBatch(id: $0[0], code: $0[1], status: $0[2]) }
        let entered = Set(network.effects.compactMap(\.data))
        let connection = try database.connection()
        for row in found {
            let id: Int64 = row[3]
            let isEntered = producer.record.committed[id].map { entered.contains($0.data) } ?? false
            _ = try ResolutionRun(connection, at: WallTime(milliseconds: wallTime)).apply(
                isEntered ? .delivered : .resend, to: .intents([id]))
        }
        notifyCommit()
    }

    // MARK: Dead letters that hold up their ordering key

    /// Decides about some of the dead letters while faults are active.
    static let reviewDeadLetters: ActionQueue.Action = { simulator in
        try simulator.decideAboutDead(
            simulator.deadLetters(Simulator.deadWithOrderingKey).filter { _ in simulator.random.chance(0.5) })
    }

    /// Decides about every dead letter that holds up later intents of its ordering key.
    private func decideAboutBlockingLetters() throws { try decideAboutDead(deadLetters(Self.deadThatBlock)) }

    private static let deadWithOrderingKey =
        "SELECT id, journey, code FROM outbox_dead WHERE state = 'dead' AND ordering_key IS NOT NULL"
    private static let deadThatBlock = """
        \(deadWithOrderingKey) AND EXISTS (SELECT 1 FROM outbox_waiting AS waiting
          WHERE waiting.journey = outbox_dead.journey AND waiting.ordering_key = outbox_dead.ordering_key
            AND waiting.state = 'blocked')
        """

    private func deadLetters(_ sql: String) throws -> [(id: Int64, code: String)] {
        try database.queue.unsafeRead { db in try Row.fetchAll(db, sql: sql) }
            .filter { scenario.blockingJourneys.contains($0[1]) }
            .map { ($0[0], $0[2] ?? "") }
    }

    /// Discards each letter, or tries it again. An expired intent is never tried again, nor is one that later intents
    /// of its ordering key may have overtaken.
    private func decideAboutDead(_ letters: [(id: Int64, code: String)]) throws {
        for letter in letters {
            let mayRetry = letter.code != "expired" && scenario.deadAlwaysBlock
            let action: IntentAction = mayRetry && random.chance(0.4) ? .retry : .discard
            let connection = try database.connection()
            let report = try IntentChange(connection, action, at: WallTime(milliseconds: wallTime)).apply(
                to: .ids([letter.id]))
            if action == .discard, report.done == 1 { producer.recordDiscard(letter.id) }
        }
        if !letters.isEmpty { notifyCommit() }
    }

    // MARK: The final load

    /// Whether the run is over. When everything has drained for the first time, the final load begins.
    func isFinalLoadDelivered() throws -> Bool {
        if let finalLoad, finalLoad.transactionsLeft > 0 { return false }
        if finalLoad != nil {
            finalLoad?.endedAt = eventQueue.now
            return true
        }
        let isPaused = try database.queue.unsafeRead { db in
            try Bool.fetchOne(db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM outbox_pause)")) ?? false
        }
        finalLoad = FinalLoad(begunAt: eventQueue.now, transactionsLeft: 3, beginsPaused: isPaused)
        let firstCount = scenario.finalRequestsPerJourney * scenario.policy.batchSize
        for (delay, count) in [(10, max(1, firstCount)), (35, 1), (60, 1)] as [(Int64, Int)] {
            plan(at: eventQueue.now + delay) { simulator in
                try simulator.producer.commitPlain(simulator.scenario, each: count, at: simulator.wallTime)
                simulator.finalLoad?.transactionsLeft -= 1
                simulator.notifyCommit()
            }
        }
        // The clock is set back while partial batches linger.
        if scenario.disruptions.clockJumps {
            plan(at: eventQueue.now + random.milliseconds(0...1500)) { $0.setClockBack() }
        }
        return false
    }
}
