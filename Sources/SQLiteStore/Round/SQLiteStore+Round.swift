import Delivery
import GRDB
import Synchronization

/// What a worker holds from its take-over on.
struct Lease {
    /// The number that its write transactions compare with the stored one; nil before the take-over.
    var fence: Int64?
    /// The outbox's uuid.
    var outbox = ""
    /// Raised by each round: the source that claims look at first rotates.
    var rotation = 0
}

/// The round: one transaction, and how long the lock is left to other writers afterwards.
extension SQLiteStore {
    public func commit(_ round: Round) async throws -> RoundResult {
        let held = lease.withLock { lease in
            lease.rotation += 1
            return lease
        }
        let asked = ContinuousClock.now
        let committed = try await write { [self] db in try run(round, held, db) }
        let end = ContinuousClock.now
        if committed.pages >= Self.logPagesMax, mode != .blocking { try await shortenLog() }
        lease.withLock { $0.outbox = committed.outbox }
        commitTime.withLock { $0 = end - committed.worked }
        var result = committed.result
        result.waited = committed.start - asked
        result.held = end - committed.start
        result.rest = committed.budget?.rest(after: result.held) ?? LockBudget.restAlone
        return result
    }

    /// A round's outcome, and what its commit is measured by.
    private struct Committed: Sendable {
        var result: RoundResult
        var outbox: String
        /// When the lock was there, and when all but the commit was done.
        var start, worked: ContinuousClock.Instant
        var budget: LockBudget?
        /// Pages written since the latest checkpoint.
        var pages: Int
    }

    private func run(_ round: Round, _ lease: Lease, _ db: Database) throws -> Committed {
        let start = ContinuousClock.now
        var budget = try lockBudget(db)
        var transaction = RoundTransaction(db, round, lease, renewing: renewing)
        try transaction.run {
            if budget?.hasOtherWriters == false { budget?.hasOtherWriters = concurrentWriters.areConnected() }
            return budget.map { ContinuousClock.now - start >= $0.claimMax } ?? false
        }
        let pages = Checkpoint(db: db).pagesWritten()
        return Committed(
            result: transaction.result, outbox: transaction.lease.outbox, start: start, worked: .now, budget: budget,
            pages: pages)
    }

    /// Nil where real time does not count.
    private func lockBudget(_ db: Database) throws -> LockBudget? {
        guard mode != .blocking else { return nil }
        let hasOthers = try concurrentWriters.arePresent(db)
        return LockBudget(hasOtherWriters: hasOthers, commit: commitTime.withLock { $0 })
    }
}
