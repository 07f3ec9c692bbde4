import Delivery
import ServiceLifecycle
import Synchronization

/// The worker as one service: a graceful shutdown stops its claims and settles what is in flight.
final class WorkerService: Service {
    let worker: Worker<SystemClock>
    private let drain: Worker<SystemClock>.Drain?
    private let ending = Mutex<DrainOutcome?>(nil)

    init(worker: Worker<SystemClock>, drain: Worker<SystemClock>.Drain?) {
        self.worker = worker
        self.drain = drain
    }

    /// How the work ended; nil before it did.
    var outcome: DrainOutcome? { ending.withLock { $0 } }

    func run() async throws {
        let outcome = try await withGracefulShutdownHandler {
            try await worker.run(draining: drain)
        } onGracefulShutdown: {
            self.worker.stop()
        }
        ending.withLock { $0 = outcome }
    }
}
