import Delivery
import GRDB
import SQLiteStore
import Synchronization

/// The process of one worker, from its start to its exit or crash.
final class WorkerProcess: Sendable {
    /// Thrown by a call whose process has ended.
    struct ProcessEnded: Error {}

    let executor = SimulatedExecutor()
    let clock: SimulatedClock
    let keys: APIKeyList
    /// No other process uses it while this one is alive.
    let connection: DatabaseQueue
    private let endState = Mutex<Ending?>(nil)
    private let endTime = Mutex<Int64?>(nil)
    private let fenceTaken = Mutex<Int64>(0)
    private let returned = Mutex(false)
    private let stoppedUntil = Mutex<Int64>(0)

    enum Ending: Sendable {
        case crashed
        /// The worker has returned or thrown an error. The text says which.
        case exited(String)
    }

    init(clock: SimulatedClock, keys: APIKeyList, connection: DatabaseQueue) {
        self.clock = clock
        self.keys = keys
        self.connection = connection
    }

    var isAlive: Bool { endState.withLock { $0 == nil } }
    var ending: Ending? { endState.withLock { $0 } }

    /// Ends the process as SIGKILL does: nothing that it does from now on has an effect.
    func crash() { finish(.crashed) }

    func exit(_ reason: String) { finish(.exited(reason)) }

    private func finish(_ ending: Ending) {
        endState.withLock { $0 = $0 ?? ending }
        endTime.withLock { $0 = $0 ?? clock.now().monotonic.milliseconds }
    }

    /// The simulated time at which the process ended, in milliseconds; nil while it is alive.
    var endedAt: Int64? { endTime.withLock { $0 } }

    /// The fence of the database directly after this process had taken over.
    var fence: Int64 {
        get { fenceTaken.withLock { $0 } }
        set { fenceTaken.withLock { $0 = newValue } }
    }

    /// Whether the process has no unfinished task.
    var hasReturned: Bool { returned.withLock { $0 } }
    func markReturned() { returned.withLock { $0 = true } }

    /// Stops the process as SIGSTOP does: it runs nothing until the given simulated time, while everything else
    /// continues.
    func freeze(until time: Int64) { stoppedUntil.withLock { $0 = max($0, time) } }

    func isFrozen(at time: Int64) -> Bool { stoppedUntil.withLock { $0 > time } }

    func check() throws { if !isAlive { throw ProcessEnded() } }
}

/// The API keys that a process can use, the current one first.
final class APIKeyList: Sendable {
    private let secrets: Mutex<[String]>

    init(_ secrets: [String]) { self.secrets = Mutex(secrets) }

    var all: [String] { secrets.withLock { $0 } }
    var fingerprints: [String] { all.map(IdempotencyKey.fingerprint(ofAPIKey:)) }

    func rotate(to secret: String) { secrets.withLock { $0 = [secret] + $0.filter { $0 != secret }.prefix(3) } }

    func secret(for fingerprint: String) -> String? {
        all.first { IdempotencyKey.fingerprint(ofAPIKey: $0) == fingerprint }
    }
}
