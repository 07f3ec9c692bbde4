import Delivery
import GRDB
import Operation
import SQLiteStore
import Sandbox

/// A batch that was in doubt when the person came.
struct Doubt: Sendable {
    var batch: Int64
    var code: String?
    var status: Int?
}

/// What is committed once everything has drained, to see that the worker still hears of commits.
struct LastWords: Sendable {
    var begunAt: Int64
    var left: Int
    var endedAt: Int64?
    /// A door was shut when nothing was left to try it with: only a replay, which says nothing of now, came through.
    var isShutOut: Bool

    /// By when all of it has been delivered, in milliseconds: beyond the pace that refusals may have taught, and where a
    /// door is shut, beyond the longest time between two probes of it.
    var patience: Int64 { isShutOut ? 1_500_000 : 600_000 }
}

/// Things work again, and somebody looks after what only a person can decide.
extension Universe {
    /// By now whatever was under way has arrived.
    private static let firstVisit: Int64 = 200_000
    private static let nextVisit: Int64 = 600_000

    func calmDown() throws {
        weather.calmDown()
        network.set(Network.Faults())
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
        plan(at: agenda.now + Self.firstVisit) { try $0.visit() }
    }

    func resumeEverything() throws {
        let connection = try live.connection()
        for scope in [Pause.Scope.everything] + scenario.journeys.map({ .journey($0.name) }) {
            _ = try PauseSwitch(connection, at: WallTime(milliseconds: wall)).resume(scope)
        }
    }

    private func visit() throws {
        plan(at: agenda.now + Self.nextVisit) { try $0.visit() }
        try settleDoubts()
        try freeHeldUp()
    }

    /// By the API's own log.
    private func settleDoubts() throws {
        let found = try live.queue.unsafeRead { db in
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
        doubts += found.map { Doubt(batch: $0[0], code: $0[1], status: $0[2]) }
        let entered = Set(network.effects.compactMap(\.data))
        let connection = try live.connection()
        for row in found {
            let id: Int64 = row[3]
            let isEntered = producer.ledger.committed[id].map { entered.contains($0.data) } ?? false
            _ = try ResolutionRun(connection, at: WallTime(milliseconds: wall)).apply(
                isEntered ? .delivered : .resend, to: .intents([id]))
        }
        notifyCommit()
    }

    // MARK: The last words

    /// Whether it is over; when everything has drained for the first time, a few more intents are committed.
    func isLast() throws -> Bool {
        if let lastWords, lastWords.left > 0 { return false }
        if lastWords != nil {
            lastWords?.endedAt = agenda.now
            return true
        }
        let isShutOut = try live.queue.unsafeRead { db in
            try Bool.fetchOne(db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM outbox_pause)")) ?? false
        }
        lastWords = LastWords(begunAt: agenda.now, left: 3, isShutOut: isShutOut)
        let crowd = scenario.crowd * scenario.policy.batchSize
        for (delay, count) in [(10, max(1, crowd)), (35, 1), (60, 1)] as [(Int64, Int)] {
            plan(at: agenda.now + delay) { universe in
                try universe.producer.commitPlain(universe.scenario, each: count, at: universe.wall)
                universe.lastWords?.left -= 1
                universe.notifyCommit()
            }
        }
        // While partial batches wait for company.
        if scenario.upsets.clockJumps { plan(at: agenda.now + dice.milliseconds(0...1500)) { $0.setClockBack() } }
        return false
    }
}
