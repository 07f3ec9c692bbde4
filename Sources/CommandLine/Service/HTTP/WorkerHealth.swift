import Delivery
import Synchronization

/// What `/healthz` and `/readyz` answer from: the worker's signs of life.
///
/// A pause or a park is no illness: a restart would not help.
final class WorkerHealth: Sendable {
    private struct State {
        var isReady = false
        var isStopping = false
        var lastSeen = ContinuousClock.now
    }

    /// Without a sign of life for so long, the worker is stuck.
    private let silenceMax: Duration
    private let state = Mutex(State())

    init(silenceMax: Duration) {
        self.silenceMax = silenceMax
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

    /// A sign of life from before the worker begins: it stands by, or a person has to decide.
    func touch(at now: ContinuousClock.Instant = .now) {
        state.withLock { $0.lastSeen = now }
    }

    /// It has started as far as it can; a restart would not help.
    func waitForTurn() {
        state.withLock { $0.isReady = true }
    }

    /// Whether the loop goes round.
    func isAlive(at now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { now - $0.lastSeen <= silenceMax }
    }

    /// Whether the worker has taken over and is not about to stop.
    var isReady: Bool { state.withLock { $0.isReady && !$0.isStopping } }
}
