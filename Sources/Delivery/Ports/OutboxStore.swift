/// The database, as the worker sees it: SQL is on the other side of this seam.
///
/// Every call is one transaction. A worker that no longer holds the fence gets `StoreError.fenced` and nothing is
/// written; a database that is busy is waited for within a bound and then reported as `StoreError.busy`.
public protocol OutboxStore: Sendable {
    /// Takes over the outbox: raises the fence and returns what a predecessor left behind.
    func takeOver(at now: WallTime) async throws -> RecoveredState

    /// Looks, without a lock, at what could be claimed.
    func dueWork(journeys: [String], at now: WallTime) async throws -> DueWork

    /// Settles, begins further attempts and claims, in one transaction, the claims bounded by time held.
    func commit(_ round: Round) async throws -> RoundResult

    /// How much is left of what was committed and due when a drain started.
    func remaining(of goal: DrainGoal, journeys: [String], at now: WallTime) async throws -> Remaining

    /// What is committed and due now.
    func drainGoal(at now: WallTime) async throws -> DrainGoal

    /// Removes a bounded number of records older than the retention; true when more are left.
    func prune(before time: WallTime) async throws -> Bool

    /// Lets the write-ahead log be used again from its start, once this worker has written so many pages since the
    /// last time; never waits for readers or writers.
    ///
    /// Returns what it found, nil when it was not time yet or the database has no such log.
    func checkpoint(afterPages pages: Int) async throws -> WriteAheadLog?

    /// Stores since when the log has been pinned, or that it no longer is, for people who ask.
    func store(pinnedSince: WallTime?) async throws
}
