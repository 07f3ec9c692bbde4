import Delivery
import Deployment
import Operation
import PlainText
import ServiceLifecycle
import Settings
import Synchronization

/// The worker as one service.
///
/// It stands by while another worker runs, and begins when the database is known to be its own. At a graceful shutdown
/// it claims nothing more, waits for the requests in flight and settles them.
final class WorkerService: Service {
    /// What a worker needs before it can begin.
    struct StartContext: Sendable {
        let lease: any WorkerLease
        let binding: Binding
        let folders: StateFolders
    }

    /// A worker with its store and its ledger.
    struct WorkerHandles: Sendable {
        let worker: Worker<SystemClock>
        let store: any WorkerStore
        let ledger: Ledger
    }

    private struct State {
        var configuration: Configuration
        var worker: Worker<SystemClock>?
        var isStopping = false
        var outcome: DrainOutcome?
    }

    private let drain: Worker<SystemClock>.Drain?
    private let open: @Sendable () async throws -> StartContext
    private let makeWorker: @Sendable (StartContext, Configuration) throws -> WorkerHandles
    private let state: Mutex<State>
    private let stops = AsyncStream.makeStream(of: Void.self)
    private let trapping = AsyncStream.makeStream(of: Void.self)

    /// - Parameters:
    ///   - open: waits for the lease and for an adoption, and obeys cancellation.
    ///   - makeWorker: makes the worker with the configuration that is in force by then.
    init(
        _ configuration: Configuration, draining drain: Worker<SystemClock>.Drain?,
        open: @escaping @Sendable () async throws -> StartContext,
        makeWorker: @escaping @Sendable (StartContext, Configuration) throws -> WorkerHandles
    ) {
        state = Mutex(State(configuration: configuration))
        self.drain = drain
        self.open = open
        self.makeWorker = makeWorker
    }

    /// The outcome of the work; nil before it has ended.
    var outcome: DrainOutcome? { state.withLock { $0.outcome } }

    var configuration: Configuration { state.withLock { $0.configuration } }

    func stop() {
        let worker = state.withLock { state in
            state.isStopping = true
            return state.worker
        }
        stops.continuation.finish()
        worker?.stop()
    }

    /// Lets the work begin. Before signals are trapped, a signal would end the process in the middle of it.
    func signalsAreTrapped() { trapping.continuation.finish() }

    func keysChanged() {
        state.withLock { $0.worker }?.keysChanged()
    }

    /// Continues with another configuration, or begins with it.
    func reconfigure(_ configuration: Configuration) {
        let worker = state.withLock { state in
            state.configuration = configuration
            return state.worker
        }
        worker?.reconfigure(WorkerConfiguration(configuration))
    }

    func run() async throws {
        let outcome = try await withGracefulShutdownHandler {
            try await work()
        } onGracefulShutdown: {
            self.stop()
        }
        state.withLock { $0.outcome = outcome }
    }

    private func work() async throws -> DrainOutcome {
        for await _ in trapping.stream {}
        do {
            return try await live()
        } catch {
            throw Self.explained(error)
        }
    }

    private func live() async throws -> DrainOutcome {
        let start = ContinuousClock.now
        guard let context = try await context() else { return .stopped }
        guard let handles = try begin(context) else { return .stopped }
        var rest = drain
        if let drain { rest = Worker.Drain(timeout: max(.zero, drain.timeout - (ContinuousClock.now - start))) }
        do {
            let outcome = try await handles.worker.run(draining: rest)
            await handles.ledger.finish()
            try withExtendedLifetime(context.lease) { try handles.store.close() }
            return outcome
        } catch {
            await handles.ledger.finish()
            throw error
        }
    }

    /// Nil when the worker is stopped before it has begun.
    private func begin(_ context: StartContext) throws -> WorkerHandles? {
        try state.withLock { state in
            guard !state.isStopping else { return nil }
            let handles = try makeWorker(context, state.configuration)
            state.worker = handles.worker
            return handles
        }
    }

    /// Nil when the worker is stopped before it can begin.
    private func context() async throws -> StartContext? {
        try await withThrowingTaskGroup(of: StartContext?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.open() }
            group.addTask { [stops] in
                for await _ in stops.stream {}
                return nil
            }
            return try await group.next() ?? nil
        }
    }

    /// A fenced worker has no fault of its own: the exit code asks for a restart, which finds the reason.
    private static func explained(_ error: any Error) -> any Error {
        switch error as? StoreError {
        case .fenced:
            CommandFailure.temporary(
                "another worker has taken over this database, or an earlier state of it was restored")
        case .busy, .replaced, nil: error
        }
    }
}
