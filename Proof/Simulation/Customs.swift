import Delivery
import GRDB
import Synchronization

/// Looks at each request as it leaves: was it committed before, may it leave now, and who sends it.
///
/// What it reads is the database as anybody sees it, and the request as it is on the wire.
final class Customs: Sendable {
    private struct Limit {
        var from: Int64
        var until: Int64
        var teller: WorkerProcess
        /// The clock has been set back since: only who was told is sure to know how long it waits.
        var isTellersOwn = false
    }

    private struct State {
        var breaches: [Breach] = []
        var limits: [Limit] = []
        /// When a request under a key has left, the latest ones.
        var departures: [String: [Int64]] = [:]
        /// Whose request it was each time that a key left for the first time, and when.
        var turns: [(journey: String, at: Int64)] = []
        /// When any trigger has left.
        var triggers: [Int64] = []
        /// The orders that were ever in one.
        var departed: Set<Int> = []
        /// The latest time that the wall clock has shown before it was last stepped, and when that was.
        var shown = Int64.min
        var steppedAt: Int64 = 0
        var steps: [Int64] = []
    }

    /// A failed request waits twice as long each time, so that no key leaves more often than this in ten seconds.
    static let departuresMax = 40
    /// A worker has heard of a person's pause by then.
    static let pauseHeardAfter: Int64 = 5000

    private let live: SharedDatabase
    private let scenario: Scenario
    private let orders: Orders
    private let state = Mutex(State())

    init(_ live: SharedDatabase, _ scenario: Scenario, _ orders: Orders) {
        self.live = live
        self.scenario = scenario
        self.orders = orders
    }

    var breaches: [Breach] { state.withLock(\.breaches) }
    var clockSteps: [Int64] { state.withLock(\.steps) }
    var triggers: [Int64] { state.withLock(\.triggers) }
    var departed: Set<Int> { state.withLock(\.departed) }

    /// The journeys of the requests that have left since, each once, in their order.
    func turns(since time: Int64) -> [String] { state.withLock { $0.turns.filter { $0.at >= time }.map(\.journey) } }

    func note(_ breach: Breach) {
        state.withLock { if $0.breaches.count < 20 { $0.breaches.append(breach) } }
    }

    /// Notes a trigger of any kind that leaves.
    func noteTrigger(at now: Int64) { state.withLock { $0.triggers.append(now) } }

    // MARK: Who writes

    func fence() throws -> Int64 {
        try live.queue.unsafeRead { db in
            try Int64.fetchOne(db.cachedStatement(sql: "SELECT value FROM outbox_meta WHERE key = 'fence'")) ?? 0
        }
    }

    /// After a commit: nobody has taken over from this process before.
    func checkWriter(_ process: WorkerProcess) throws {
        if try fence() != process.fence { note(Breach(.committedFirst, "a worker wrote after another had taken over")) }
    }

    // MARK: What leaves

    func depart(_ process: WorkerProcess, key: String, journey: String, body: [UInt8], at now: Int64) {
        do {
            try look(process, key: key, journey: journey, body: body, at: now)
        } catch {
            note(Breach(.soundDatabase, "the checker could not read the database: \(error)"))
        }
        let isTooOften = state.withLock { state in
            state.departed.formUnion(Intention.numbers(in: body))
            if state.departures[key] == nil { state.turns.append((journey, now)) }
            var times = state.departures[key] ?? []
            times.append(now)
            times.removeFirst(max(0, times.count - Self.departuresMax - 1))
            state.departures[key] = times
            return times.count > Self.departuresMax && now - times[0] < 10_000
        }
        if isTooOften { note(Breach(.committedFirst, "a key left \(Self.departuresMax) times in ten seconds")) }
        if isTold(to: process, at: now) { note(Breach(.committedFirst, "a request left while told to wait by a 429")) }
    }

    private static let sql = """
        SELECT (SELECT value FROM outbox_meta WHERE key = 'fence'),
          (SELECT count(*) FROM outbox_pause WHERE cause = 'operator' AND scope IN ('', ?2) AND since < ?3),
          batch.attempt, batch.possibly_executed_since, batch.frozen_at, batch.size
        FROM (SELECT 1) LEFT JOIN outbox_batch AS batch
          ON batch.key = ?1 AND batch.state = 'sending' AND batch.state <> 'settled'
        """

    private func look(_ process: WorkerProcess, key: String, journey: String, body: [UInt8], at now: Int64) throws {
        let heard = process.clock.now().wall.milliseconds - Self.pauseHeardAfter
        let row = try live.queue.unsafeRead { db in
            try Row.fetchOne(db.cachedStatement(sql: Self.sql), arguments: [key, journey, heard])
        }
        // Whoever was taken over from finds out with its next commit, and what it sends until then has its own key.
        guard let row, (row[0] as Int64?) == process.fence else { return }
        let (attempt, stamp, frozenAt): (Int?, Int64?, Int64?) = (row[2], row[3], row[4])
        guard let attempt, let frozenAt else {
            return note(Breach(.committedFirst, "a request left that is not committed: \(key.prefix(20))"))
        }
        if attempt < 1 || stamp == nil {
            note(Breach(.committedFirst, "a request left before its attempt was committed: \(key.prefix(20))"))
        }
        let isPaused: Int = row[1]
        let (shown, steppedAt) = state.withLock { ($0.shown, $0.steppedAt) }
        // By a clock that has just been set ahead the pause looks older than it is.
        if isPaused > 0, now - steppedAt > Self.pauseHeardAfter, !scenario.upsets.freezes {
            note(Breach(.committedFirst, "a request of \(journey) left through a person's pause"))
        }
        for number in Intention.numbers(in: body) {
            guard let order = orders[number] else { continue }
            if let expiry = order.expiresAt, expiry <= frozenAt {
                note(Breach(.asAsked, "order \(number) was frozen after it had expired"))
            }
            if let time = order.scheduledAt, time > max(shown, process.clock.now().wall.milliseconds) {
                note(Breach(.asAsked, "order \(number) left before the clock had ever shown its time"))
            }
            if try isHeldUp(order) {
                note(Breach(.order, "order \(number) left before a dead one of its ordering key"))
            }
        }
    }

    /// Whether an older one of its ordering key is dead, and nobody has decided about it yet.
    private func isHeldUp(_ order: Intention) throws -> Bool {
        guard scenario.alwaysHoldsUp, scenario.blocking.contains(order.journey), let key = order.orderingKey else {
            return false
        }
        return try live.queue.unsafeRead { db in
            try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM outbox_dead WHERE state = 'dead' AND journey = ?
                          AND ordering_key = ? AND json_extract(data, '$.n') < ?)
                        """), arguments: [order.journey, key, order.number]) ?? false
        }
    }

    /// The wall clock is stepped: a wait that is stored as a time of it ends early by a step ahead.
    func noteStep(by step: Int64, from wall: Int64, at now: Int64) {
        state.withLock { state in
            state.shown = max(state.shown, wall)
            state.steppedAt = now
            state.steps.append(now)
            if step > 0 { state.limits = [] }
            for index in state.limits.indices { state.limits[index].isTellersOwn = true }
        }
    }

    // MARK: Being told to wait

    func noteLimit(_ seconds: String?, told process: WorkerProcess, at now: Int64) {
        guard process.isAlive, let seconds = seconds.flatMap({ Int64($0) }) else { return }
        state.withLock { $0.limits.append(Limit(from: now, until: now + seconds * 1000, teller: process)) }
    }

    /// Whether a 429 that this process or a predecessor has had the time to store asks for waiting.
    private func isTold(to process: WorkerProcess, at now: Int64) -> Bool {
        // A round that waits for the database was planned before, and so was what a stopped process had in hand.
        let upsets = scenario.upsets
        guard scenario.storeFaults.busy == 0, !upsets.freezes, !upsets.secondWorker, !upsets.restore
        else { return false }
        return state.withLock { state in
            state.limits.removeAll { $0.until <= now }
            return state.limits.contains { limit in
                let lived = (limit.teller.endedAt ?? .max) - limit.from
                return now > limit.from + 5 && (limit.teller === process || lived > 100 && !limit.isTellersOwn)
            }
        }
    }
}
