import Delivery
import Deployment
import PlainText
import SQLiteStore
import ServiceLifecycle
import Settings
import Synchronization

/// The worker as one service: it stands by while another one works, begins once the database is known to be its own,
/// and at a graceful shutdown stops its claims and settles what is in flight.
final class WorkerService: Service {
    /// What a worker begins with.
    struct Opening: Sendable {
        let lock: WorkerLock
        let binding: Binding
        let folders: StateFolders
    }

    /// A worker, its database, and where its deliveries are written down.
    struct Employment: Sendable {
        let worker: Worker<SystemClock>
        let store: SQLiteStore
        let ledger: Ledger
    }

    private struct State {
        var configuration: Configuration
        var worker: Worker<SystemClock>?
        var isStopping = false
        var outcome: DrainOutcome?
    }

    private let drain: Worker<SystemClock>.Drain?
    private let open: @Sendable () async throws -> Opening
    private let employ: @Sendable (Opening, Configuration) throws -> Employment
    private let state: Mutex<State>
    private let stops = AsyncStream.makeStream(of: Void.self)
    private let hearing = AsyncStream.makeStream(of: Void.self)

    /// - Parameters:
    ///   - open: waits for the worker's turn and for a person's word, and obeys cancellation.
    ///   - employ: makes the worker, under the configuration that is in force by then.
    init(
        _ configuration: Configuration, draining drain: Worker<SystemClock>.Drain?,
        open: @escaping @Sendable () async throws -> Opening,
        employ: @escaping @Sendable (Opening, Configuration) throws -> Employment
    ) {
        state = Mutex(State(configuration: configuration))
        self.drain = drain
        self.open = open
        self.employ = employ
    }

    /// How the work ended; nil before it did.
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

    /// From now on a signal is obeyed instead of ending the process: it may say that it is ready.
    func signalsAreHeard() { hearing.continuation.finish() }

    func keysChanged() {
        state.withLock { $0.worker }?.keysChanged()
    }

    /// Goes on under another configuration, or will begin under it.
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
        for await _ in hearing.stream {}
        do {
            return try await live()
        } catch {
            throw Self.explained(error)
        }
    }

    private func live() async throws -> DrainOutcome {
        let start = ContinuousClock.now
        guard let opening = try await opening() else { return .stopped }
        guard let employment = try begin(opening) else { return .stopped }
        var rest = drain
        if let drain { rest = Worker.Drain(timeout: max(.zero, drain.timeout - (ContinuousClock.now - start))) }
        do {
            let outcome = try await employment.worker.run(draining: rest)
            await employment.ledger.finish()
            try withExtendedLifetime(opening.lock) { try employment.store.close() }
            return outcome
        } catch {
            await employment.ledger.finish()
            throw error
        }
    }

    /// Nil when the worker is told to stop before it has begun.
    private func begin(_ opening: Opening) throws -> Employment? {
        try state.withLock { state in
            guard !state.isStopping else { return nil }
            let employment = try employ(opening, state.configuration)
            state.worker = employment.worker
            return employment
        }
    }

    private func opening() async throws -> Opening? {
        try await withThrowingTaskGroup(of: Opening?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.open() }
            group.addTask { [stops] in
                for await _ in stops.stream {}
                return nil
            }
            return try await group.next() ?? nil
        }
    }

    /// What ends a worker though nothing is wrong with it: a restart finds out what to do.
    private static func explained(_ error: any Error) -> any Error {
        switch error as? StoreError {
        case .fenced:
            Failure.temporary("another worker has taken this database over, or an earlier state of it was put back")
        case .busy, .replaced, nil: error
        }
    }
}
