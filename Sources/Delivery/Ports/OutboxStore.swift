/// The port to the database: everything that concerns SQL is behind this protocol.
///
/// Each function runs in one transaction: it is applied as a whole or not at all. When another process holds the write
/// lock, the store waits for a bounded time and then throws `StoreError.busy`; the call may be repeated. A function that
/// writes throws `StoreError.fenced` once another worker has taken over, and any function throws `StoreError.replaced`
/// when the file at the database's path is no longer the file that is open. In each of these cases nothing was written.
/// Other errors are those of the database engine, and the worker ends with them.
public protocol OutboxStore: Sendable {
    /// Takes over the outbox: raises the fencing number and returns what the previous worker left.
    ///
    /// From then on every write of a previous worker fails with `StoreError.fenced`.
    func takeOver(at now: WallTime) async throws -> RecoveredState

    /// Reads what could be claimed now, without the write lock.
    func dueWork(journeys: [String], at now: WallTime) async throws -> DueWork

    /// Stores a round: pauses, settlements, further attempts and new claims, in one transaction.
    ///
    /// When the function returns, the transaction is durable in every journal mode, so that the requests in
    /// `RoundResult.begun` may leave. Each settlement has a savepoint of its own: a settlement that cannot be applied is
    /// reported in `RoundResult.failed` or `RoundResult.stale` and leaves the others intact. The claims end early when
    /// they have held the write lock for too long.
    func commit(_ round: Round) async throws -> RoundResult

    /// Counts what is left of a drain's goal.
    func remaining(of goal: DrainGoal, journeys: [String], at now: WallTime) async throws -> Remaining

    /// Reads the goal of a drain that starts now.
    func drainGoal(at now: WallTime) async throws -> DrainGoal

    /// Removes a bounded number of records that ended before `time`.
    ///
    /// - Returns: whether more such records are left.
    func prune(before time: WallTime) async throws -> Bool

    /// Copies the write-ahead log into the database, as far as no reader prevents it, so that the log is used again from
    /// its start.
    ///
    /// It never waits for readers or writers. Source: PRAGMA wal_checkpoint(PASSIVE), sqlite.org/wal.html.
    ///
    /// - Parameter pages: the checkpoint is made only when this worker has written at least so many pages since the last
    ///   one.
    /// - Returns: the state of the log; nil when no checkpoint was made, or when the database has no such log.
    func checkpoint(afterPages pages: Int) async throws -> WriteAheadLog?

    /// Stores since when a reader has prevented the log from being used again, for the command `status`; nil stores that
    /// no reader does.
    func store(pinnedSince: WallTime?) async throws
}
