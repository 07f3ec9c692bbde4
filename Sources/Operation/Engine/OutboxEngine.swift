import Delivery
import Deployment

/// One configured database behind its engine: opens every connection that the program needs to it.
public protocol OutboxEngine: Sendable {
    /// The path of the database as it was configured.
    var database: String { get }

    /// Opens the store of an operator's command.
    /// - Parameter lockWait: how long a transaction waits for a lock, in seconds.
    /// - Throws: `MissingDatabase`, or `OperatorError` when there is no outbox in the database.
    func operatorStore(for purpose: OperatorPurpose, lockWait: Double) throws -> any OperatorStore

    /// Opens the store of a worker.
    /// - Parameters:
    ///   - version: the program's version, which the worker stores about itself.
    ///   - renewing: called with the new identity of the outbox, inside the transaction that stores it.
    ///   - isBusy: called after each attempt that found the database locked, with the number of attempts. Opening
    ///     waits without a bound.
    /// - Throws: `MissingDatabase`.
    func workerStore(
        version: String, renewing: @escaping @Sendable (String) throws -> Void, isBusy: (Int) -> Void
    ) throws -> any WorkerStore

    /// Opens the database's identity. Throws `MissingDatabase`.
    func identityStore() throws -> any IdentityStore

    /// Compares the schema with the one that this version needs. The returned connection is the one it was read with.
    /// - Parameter isBusy: called after each attempt that found the database locked, with the number of attempts.
    ///   Reading waits without a bound.
    /// - Throws: `MissingDatabase`.
    func schema(isBusy: (Int) -> Void) throws -> (finding: SchemaFinding, connection: any OpenConnection)

    /// Creates the outbox, or applies the migrations that are missing.
    /// - Parameter enablesWAL: also switch the database to write-ahead logging.
    /// - Throws: `MigrationError`.
    func migrate(enablesWAL: Bool) throws -> MigrationReport

    /// The SQL that creates the whole outbox.
    var migrationSQL: String { get }

    /// Waits for the worker's lease, and takes it as soon as its holder has ended.
    /// - Parameters:
    ///   - deadline: when to stop waiting; nil waits without a bound.
    ///   - onWait: called once if another worker holds the lease, with the lock's path and the holder's process id.
    ///   - onLook: called with each attempt while waiting.
    /// - Throws: `CancellationError` when the task is cancelled, `WorkerLeaseError` at the deadline or where the lease
    ///   cannot be taken at all.
    func takeLease(
        until deadline: ContinuousClock.Instant?, onWait: @Sendable (_ path: String, _ holder: String) -> Void,
        onLook: @Sendable () -> Void
    ) async throws -> any WorkerLease

    /// Looks, without changing anything, whether the outbox of a known identity is still at the place where it was.
    /// - Parameters:
    ///   - path: where it was, as a real path.
    ///   - database: where it is now, as a real path.
    ///   - isKnown: whether an identity is the one in question.
    func formerPath(at path: String, from database: String, isKnown: (String) -> Bool) -> StateEvidence.FormerPath

    /// The dead letters since a moment. Waits without a bound while the database is locked, as `schema` does.
    func deaths(since time: WallTime, isBusy: (Int) -> Void) throws -> DeathReport

    /// Attempts to write to the outbox, and undoes it.
    /// - Parameter patience: how long to wait for a lock, in seconds.
    func attemptWrite(patience: Double) throws -> WriteAccess

    /// The engine's part of `doctor`.
    var checks: any EngineChecks { get }

    /// The business database of `demo`, at the engine's path.
    func demoShop() throws -> any DemoShop
}

extension OutboxEngine {
    /// Opens the store of an operator's command that waits for locks as long as commands do.
    public func operatorStore(for purpose: OperatorPurpose) throws -> any OperatorStore {
        try operatorStore(for: purpose, lockWait: Double(OperatorError.lockWaitSeconds))
    }
}

/// A connection that is only kept open.
public protocol OpenConnection: AnyObject, Sendable {}
