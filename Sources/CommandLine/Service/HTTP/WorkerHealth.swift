import Delivery
import Synchronization

/// The state from which `/healthz` and `/readyz` are answered: when the worker's loop last ran.
///
/// A pause does not make the worker unhealthy, because a restart would not end it.
final class WorkerHealth: Sendable {
    private struct State {
        var isReady = false
        var isStopping = false
        var lastSeen = ContinuousClock.now
    }

    /// After this time without an event, the worker counts as stuck.
    private let unseenMax: Duration
    private let state = Mutex(State())

    init(unseenMax: Duration) {
        self.unseenMax = unseenMax
    }

    func note(_ event: WorkerEvent, at now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            state.lastSeen = now
            switch event {
            case .tookOver: state.isReady = true
            case .stopping: state.isStopping = true
            default: return
            }
        }
    }

    /// Notes that the process is alive before the worker begins: it stands by, or waits for an adoption.
    func touch(at now: ContinuousClock.Instant = .now) {
        state.withLock { $0.lastSeen = now }
    }

    /// Notes that the start is complete as far as possible. A restart would not help.
    func waitForTurn() {
        state.withLock { $0.isReady = true }
    }

    /// Whether the worker's loop runs.
    func isAlive(at now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { now - $0.lastSeen <= unseenMax }
    }

    /// Whether the worker has started and is not stopping.
    var isReady: Bool { state.withLock { $0.isReady && !$0.isStopping } }
}
