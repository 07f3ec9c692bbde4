import Delivery
import GRDB
import SQLiteStore
import Synchronization

/// One worker's process, from its start to its end or its crash.
final class WorkerProcess: Sendable {
    /// What a call meets whose process has ended under it.
    struct Ended: Error {}

    let executor = SimulatedExecutor()
    let clock: SimulatedClock
    let ring: Keyring
    /// Its own while it lives.
    let connection: DatabaseQueue
    private let end = Mutex<End?>(nil)
    private let endTime = Mutex<Int64?>(nil)
    private let fenceTaken = Mutex<Int64>(0)
    private let returned = Mutex(false)
    private let stoppedUntil = Mutex<Int64>(0)

    enum End: Sendable {
        case crashed
        /// It has returned or thrown by itself.
        case left(String)
    }

    init(clock: SimulatedClock, ring: Keyring, connection: DatabaseQueue) {
        self.clock = clock
        self.ring = ring
        self.connection = connection
    }

    var isAlive: Bool { end.withLock { $0 == nil } }
    var ending: End? { end.withLock { $0 } }

    /// From here on nothing it does has any effect, as after SIGKILL.
    func crash() { finish(.crashed) }

    func leave(_ how: String) { finish(.left(how)) }

    private func finish(_ how: End) {
        end.withLock { $0 = $0 ?? how }
        endTime.withLock { $0 = $0 ?? clock.now().monotonic.milliseconds }
    }

    /// When it ended, on the simulation's clock; nil while it lives.
    var endedAt: Int64? { endTime.withLock { $0 } }

    /// The fence as it was right after this process had taken over.
    var fence: Int64 {
        get { fenceTaken.withLock { $0 } }
        set { fenceTaken.withLock { $0 = newValue } }
    }

    /// Nothing of its tasks is left.
    var hasReturned: Bool { returned.withLock { $0 } }
    func markReturned() { returned.withLock { $0 = true } }

    /// As SIGSTOP: it runs nothing until then, while the world goes on.
    func freeze(until time: Int64) { stoppedUntil.withLock { $0 = max($0, time) } }

    func isFrozen(at time: Int64) -> Bool { stoppedUntil.withLock { $0 > time } }

    func check() throws { if !isAlive { throw Ended() } }
}

/// The API keys that a process has at hand, the current one first.
final class Keyring: Sendable {
    private let secrets: Mutex<[String]>

    init(_ secrets: [String]) { self.secrets = Mutex(secrets) }

    var all: [String] { secrets.withLock { $0 } }
    var fingerprints: [String] { all.map(IdempotencyKey.fingerprint(ofAPIKey:)) }

    func rotate(to secret: String) { secrets.withLock { $0 = [secret] + $0.filter { $0 != secret }.prefix(3) } }

    func secret(for fingerprint: String) -> String? {
        all.first { IdempotencyKey.fingerprint(ofAPIKey: $0) == fingerprint }
    }
}
