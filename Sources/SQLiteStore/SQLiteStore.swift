import Delivery
import Foundation
import GRDB
import Operation
import Synchronization

/// The outbox in the user's own SQLite database.
///
/// Every write is one `BEGIN IMMEDIATE` transaction that first checks the fence, so that a worker whose successor has
/// taken over changes nothing any more.
public final class SQLiteStore: OutboxStore {
    /// How a store uses time and threads.
    package enum ExecutionMode: Sendable {
        /// Transactions run beside the caller, and real time bounds a round.
        case concurrent
        /// Transactions run in the caller's thread and take no note of real time, so that what a caller does can be
        /// repeated exactly.
        case blocking
    }

    let queue: DatabaseQueue
    let lease = Mutex(Lease())
    let prunedTo = Mutex(Pruning.Position())

    private let version: String
    let renewing: @Sendable (String) throws -> Void
    let mode: ExecutionMode
    let presence: FilePresence
    let concurrentWriters: ConcurrentWriters
    /// How long the latest round's commit took.
    let commitTime = Mutex(Duration.zero)

    /// Opens the database for a worker of this version.
    ///
    /// - Parameter renewing: called with the uuid that the outbox is about to get, inside the transaction that stores
    ///   it.
    public convenience init(
        path: String, version: String = "", renewing: @escaping @Sendable (String) throws -> Void = { _ in }
    ) throws {
        try self.init(path: path, version: version, mode: .concurrent, renewing: renewing)
    }

    package convenience init(
        path: String, version: String = "", mode: ExecutionMode,
        renewing: @escaping @Sendable (String) throws -> Void = { _ in }
    ) throws {
        self.init(
            try OutboxConnection.open(path, label: "worker"), version: version, mode: mode, renewing: renewing)
    }

    /// - Parameter queue: configured as `OutboxConnection` says, and used by this store alone.
    package init(
        _ queue: DatabaseQueue, version: String = "", mode: ExecutionMode,
        renewing: @escaping @Sendable (String) throws -> Void = { _ in }
    ) {
        self.queue = queue
        self.version = version
        self.mode = mode
        self.renewing = renewing
        let database = URL(fileURLWithPath: queue.path).resolvingSymlinksInPath().path
        presence = FilePresence(database: database)
        concurrentWriters = ConcurrentWriters(database: database)
    }

    /// Ends the connection once its worker has ended.
    ///
    /// Where it was the last one SQLite moves the whole log into the database (sqlite.org/wal.html), so that the file
    /// is complete by itself for an operator who moves it while nothing runs. The store must not be used afterwards.
    public func close() throws { try queue.close() }

    public func takeOver(at now: WallTime) async throws -> RecoveredState {
        let (fence, outbox, recovered) = try await write { [version, renewing] db in
            let meta = MetaTable(db: db)
            let fence = try meta.raiseFence()
            let identity = IdentityTable(db: db)
            let outbox = try identity.keepIDs(uuid: try meta.mintIdentity(), renewing: renewing)
            try WorkerRecord(pid: Int(getpid()), version: version, since: now).write(db)
            // The predecessor's; this worker looks for itself.
            try meta.remove(.pinnedSince)
            return (fence, outbox, try Self.recover(db, at: now))
        }
        lease.withLock { $0 = Lease(fence: fence, outbox: outbox) }
        return recovered
    }

    /// What a predecessor has left.
    private static func recover(_ db: Database, at now: WallTime) throws -> RecoveredState {
        let batches = BatchTable(db: db)
        let learned = LearnedState(db: db)
        var recovered = RecoveredState(
            batches: try batches.all(in: .sending), pauses: try PauseTable(db: db).all(),
            enforcement: try learned.enforcement(), bodyBytesMax: try learned.bodyBytesMax(),
            learnedLimit: try learned.learnedLimit(), clock: try learned.clock())
        recovered.marks = try IdentityTable(db: db).marks()
        let since = now - LearnedState.recent
        let extraRequests = try learned.extraRequests().filter { $0 > since }
        recovered.recentRequests = try batches.sent(after: since) + extraRequests
        return recovered
    }
}
