import Delivery
import GRDB
import Synchronization

/// Checks each request at the moment when it leaves: it must be committed, it must be allowed to leave now, and its
/// sender must be the current worker.
///
/// The checker reads the committed state of the database, and the request as it is sent.
final class RequestChecker: Sendable {
    private struct State {
        var breaches: [Breach] = []
        var requiredWaits = RequiredWaits()
        /// The times of the latest requests of each key.
        var sendTimes: [String: [Int64]] = [:]
        /// The journey and time of the first request of each key.
        var firstRequests: [(journey: String, at: Int64)] = []
        /// The times of all trigger requests.
        var triggers: [Int64] = []
        /// The numbers of the intents that were in a request.
        var sentNumbers: Set<Int> = []
        /// The latest time that the wall clock showed before a step.
        var latestShown = Int64.min
        /// The simulated times of the clock's steps.
        var clockSteps: [Int64] = []
    }

    /// How often a key may be sent in ten seconds. The backoff doubles after each failure, which keeps the number below
    /// this.
    private static let sendsPerKeyMax = 40
    /// The time after which every worker must respect a pause by the operator, in milliseconds.
    private static let pauseNoticedAfter: Int64 = 5000

    private let database: SharedDatabase
    private let scenario: Scenario
    private let committedIntents: CommittedIntents
    private let state = Mutex(State())

    init(_ database: SharedDatabase, _ scenario: Scenario, _ committedIntents: CommittedIntents) {
        self.database = database
        self.scenario = scenario
        self.committedIntents = committedIntents
    }

    var breaches: [Breach] { state.withLock(\.breaches) }
    var clockSteps: [Int64] { state.withLock(\.clockSteps) }
    var triggers: [Int64] { state.withLock(\.triggers) }
    var sentNumbers: Set<Int> { state.withLock(\.sentNumbers) }

    /// The journeys of the requests whose key was first sent at or after a time, in their order.
    func journeysSent(since time: Int64) -> [String] {
        state.withLock { $0.firstRequests.filter { $0.at >= time }.map(\.journey) }
    }

    func report(_ breach: Breach) {
        state.withLock { if $0.breaches.count < 20 { $0.breaches.append(breach) } }
    }

    /// Records that a trigger request of any kind leaves.
    func recordTrigger(at now: Int64) { state.withLock { $0.triggers.append(now) } }

    // MARK: The writer

    func fence() throws -> Int64 {
        try database.queue.unsafeRead { db in
            try Int64.fetchOne(db.cachedStatement(sql: "SELECT value FROM outbox_meta WHERE key = 'fence'")) ?? 0
        }
    }

    /// Checks after a commit that no other process had taken over before it.
    func checkWriter(_ process: WorkerProcess) throws {
        if try fence() != process.fence {
            report(Breach(.committedFirst, "a worker wrote after another had taken over"))
        }
    }

    // MARK: Requests

    /// Checks a request that carries a batch, and records it.
    func checkBatch(_ process: WorkerProcess, key: String, journey: String, body: [UInt8], at now: Int64) {
        do {
            try checkCommitted(process, key: key, journey: journey, body: body, at: now)
        } catch {
            report(Breach(.soundDatabase, "the checker could not read the database: \(error)"))
        }
        let isTooOften = state.withLock { state in
            state.sentNumbers.formUnion(PlannedIntent.numbers(in: body))
            if state.sendTimes[key] == nil { state.firstRequests.append((journey, now)) }
            var times = state.sendTimes[key] ?? []
            times.append(now)
            times.removeFirst(max(0, times.count - Self.sendsPerKeyMax - 1))
            state.sendTimes[key] = times
            return times.count > Self.sendsPerKeyMax && now - times[0] < 10_000
        }
        if isTooOften { report(Breach(.committedFirst, "a key left \(Self.sendsPerKeyMax) times in ten seconds")) }
        if mustWait(process, at: now) { report(Breach(.committedFirst, "a request left while a 429 asked to wait")) }
    }

    private static let sql = """
        SELECT (SELECT value FROM outbox_meta WHERE key = 'fence'),
          (SELECT count(*) FROM outbox_pause WHERE cause = 'operator' AND scope IN ('', ?2) AND since < ?3),
          batch.attempt, batch.possibly_executed_since, batch.frozen_at, batch.size
        FROM (SELECT 1) LEFT JOIN outbox_batch AS batch
          ON batch.key = ?1 AND batch.state = 'sending' AND batch.state <> 'settled'
        """

    private func checkCommitted(_ process: WorkerProcess, key: String, journey: String, body: [UInt8], at now: Int64)
        throws
    {
        let noticed = process.clock.now().wall.milliseconds - Self.pauseNoticedAfter
        let row = try database.queue.unsafeRead { db in
            try Row.fetchOne(db.cachedStatement(sql: Self.sql), arguments: [key, journey, noticed])
        }
        // A worker that another one has replaced notices it at its next commit. What it sends until then was committed
        // under its own keys.
        guard let row, (row[0] as Int64?) == process.fence else { return }
        let (attempt, stamp, frozenAt): (Int?, Int64?, Int64?) = (row[2], row[3], row[4])
        guard let attempt, let frozenAt else {
            return report(Breach(.committedFirst, "a request left that is not committed: \(key.prefix(20))"))
        }
        if attempt < 1 || stamp == nil {
            report(Breach(.committedFirst, "a request left before its attempt was committed: \(key.prefix(20))"))
        }
        let isPaused: Int = row[1]
        let (latestShown, steppedAt) = state.withLock { ($0.latestShown, $0.clockSteps.last ?? 0) }
        // When the clock was set ahead a moment ago, the pause looks older than it is.
        if isPaused > 0, now - steppedAt > Self.pauseNoticedAfter, !scenario.disruptions.freezes {
            report(Breach(.committedFirst, "a request of \(journey) left through the operator's pause"))
        }
        for number in PlannedIntent.numbers(in: body) {
            guard let intent = committedIntents[number] else { continue }
            if let expiry = intent.expiresAt, expiry <= frozenAt {
                report(Breach(.asAsked, "order \(number) was frozen after it had expired"))
            }
            if let time = intent.scheduledAt, time > max(latestShown, process.clock.now().wall.milliseconds) {
                report(Breach(.asAsked, "order \(number) left before the clock had ever shown its time"))
            }
            if try isBlocked(intent) {
                report(Breach(.order, "order \(number) left before a dead one of its ordering key"))
            }
        }
    }

    /// Whether an older intent of the same ordering key is dead, and the operator has not decided about it yet.
    private func isBlocked(_ intent: PlannedIntent) throws -> Bool {
        guard scenario.deadAlwaysBlock, scenario.blockingJourneys.contains(intent.journey), let key = intent.orderingKey
        else {
            return false
        }
        return try database.queue.unsafeRead { db in
            try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM outbox_dead WHERE state = 'dead' AND journey = ?
                          AND ordering_key = ? AND json_extract(data, '$.n') < ?)
                        """), arguments: [intent.journey, key, intent.number]) ?? false
        }
    }

    /// Records a step of the wall clock. A step ahead ends every wait that is stored as a time of this clock.
    func recordClockStep(by step: Int64, from wall: Int64, at now: Int64) {
        state.withLock { state in
            state.latestShown = max(state.latestShown, wall)
            state.clockSteps.append(now)
            state.requiredWaits.clockStepped(by: step)
        }
    }

    // MARK: Waits that a 429 asks for

    /// Records a 429 and its `Retry-After`.
    func recordLimit(_ seconds: String?, receivedBy process: WorkerProcess, at now: Int64) {
        guard process.isAlive, let seconds = seconds.flatMap({ Int64($0) }) else { return }
        state.withLock { $0.requiredWaits.add(from: now, until: now + seconds * 1000, receiver: process) }
    }

    /// Whether a 429 forbids this process to send now. It counts when this process received it, or when a predecessor
    /// had the time to store it.
    private func mustWait(_ process: WorkerProcess, at now: Int64) -> Bool {
        // A round that waits for the database was planned before the 429, and so were the requests of a frozen process.
        let disruptions = scenario.disruptions
        guard scenario.storeFaults.busy == 0, !disruptions.freezes, !disruptions.secondWorker, !disruptions.restore
        else { return false }
        return state.withLock { $0.requiredWaits.bind(process, at: now) }
    }
}
