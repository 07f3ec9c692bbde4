import Delivery
import Foundation
import GRDB
import Synchronization

/// The outbox in the user's own SQLite database.
///
/// Every write is one `BEGIN IMMEDIATE` transaction that first checks the fence, so that a worker that was taken for
/// dead cannot undo what its successor did.
public final class SQLiteStore: OutboxStore {
    /// How a store uses time and threads.
    package struct Manner: Sendable {
        /// Whether a transaction runs in the caller's thread and takes no note of real time: a simulation is of one
        /// thread, so that it can be replayed.
        package var isBlocking: Bool

        package init(isBlocking: Bool) {
            self.isBlocking = isBlocking
        }

        package static let daemon = Manner(isBlocking: false)
    }

    struct Tenure {
        var fence: Int64?
        var outbox = ""
        var rotation = 0
    }

    /// As far back as a successor looks for requests that still count in its windows.
    static let recent: Duration = .seconds(65)

    let queue: DatabaseQueue
    let tenure = Mutex(Tenure())
    let prunedTo = Mutex(Pruning.Position())

    private let version: String
    private let renewing: @Sendable (String) throws -> Void
    let manner: Manner
    let presence: FilePresence
    private let neighbours: Neighbours
    /// How long the latest round's commit took.
    private let commitTime = Mutex(Duration.zero)

    /// Opens the database for a worker of this version.
    ///
    /// - Parameter renewing: told the uuid that the outbox is about to get, inside the transaction that stores it.
    public convenience init(
        path: String, version: String = "", renewing: @escaping @Sendable (String) throws -> Void = { _ in }
    ) throws {
        try self.init(path: path, version: version, manner: .daemon, renewing: renewing)
    }

    package convenience init(
        path: String, version: String = "", manner: Manner,
        renewing: @escaping @Sendable (String) throws -> Void = { _ in }
    ) throws {
        self.init(
            try OutboxConnection.open(path, label: "worker"), version: version, manner: manner, renewing: renewing)
    }

    /// - Parameter queue: configured as `OutboxConnection` says, and used by nobody else.
    package init(
        _ queue: DatabaseQueue, version: String = "", manner: Manner,
        renewing: @escaping @Sendable (String) throws -> Void = { _ in }
    ) {
        self.queue = queue
        self.version = version
        self.manner = manner
        self.renewing = renewing
        let database = URL(fileURLWithPath: queue.path).resolvingSymlinksInPath().path
        presence = FilePresence(database: database)
        neighbours = Neighbours(database: database)
    }

    /// Ends the connection once its worker has ended.
    ///
    /// Where it was the last one SQLite moves the whole log into the database (sqlite.org/wal.html), so that the file is
    /// complete by itself for whoever moves it while nothing runs. Nothing else may be asked of the store afterwards.
    public func close() throws { try queue.close() }

    public func takeOver(at now: WallTime) async throws -> RecoveredState {
        let (fence, outbox, inheritance) = try await write { [version, renewing] db in
            try db.cachedStatement(sql: "UPDATE outbox_meta SET value = value + 1 WHERE key = 'fence'").execute()
            let fence = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT value FROM outbox_meta WHERE key = 'fence'"))
            let identity = IdentityTable(db: db)
            let outbox = try identity.keepIDs(uuid: try Self.mintIdentity(db), renewing: renewing)
            try WorkerRecord(pid: Int(getpid()), version: version, since: now).write(db)
            // The predecessor's; this worker looks for itself.
            try db.cachedStatement(sql: "DELETE FROM outbox_meta WHERE key = ?").execute(arguments: [PinnedLog.key])
            let batches = try BatchTable(db: db).all(in: .sending)
            var inheritance = RecoveredState(
                batches: batches, pauses: try PauseTable(db: db).all(),
                enforcement: try Lessons(db: db).enforcement(), bodyBytesMax: try Lessons(db: db).bodyBytesMax(),
                learnedLimit: try Lessons(db: db).learnedLimit(), clock: try Lessons(db: db).clock())
            inheritance.marks = try identity.marks()
            let asked = try Lessons(db: db).asked().filter { $0 > now - Self.recent }
            inheritance.recentRequests = try BatchTable(db: db).sent(after: now - Self.recent) + asked
            return (fence, outbox, inheritance)
        }
        tenure.withLock { $0 = Tenure(fence: fence, outbox: outbox) }
        return inheritance
    }

    public func commit(_ round: Round) async throws -> RoundResult {
        let held = tenure.withLock { tenure in
            tenure.rotation += 1
            return tenure
        }
        let asked = ContinuousClock.now
        let (committed, outbox, times) = try await write { [self] db in
            let start = ContinuousClock.now
            var courtesy = try courtesy(db)
            var tenure = held
            try Self.requireFence(tenure.fence, db)
            var result = RoundResult()
            let identity = IdentityTable(db: db)
            // Before anything is claimed: a row that reuses an id must not travel under the key of the one before.
            if !round.claims.isEmpty {
                tenure.outbox = try identity.keepIDs(uuid: tenure.outbox, renewing: renewing)
            }
            try PauseTable(db: db).apply(round.pauses, at: round.now)
            try Lessons(db: db).keep(round)
            result.released = try Lanes.store(round.onDead, db)
            try Self.settle(round, outbox: tenure.outbox, into: &result, db)
            // What was settled by the clock before it went back is among them.
            try OverlongWaits(db: db, now: round.now).end(round.waitsEnd, into: &result)
            for batch in round.resumes {
                if let begun = try BatchTable(db: db).begin(batch, at: round.now, stamp: round.trustedTime) {
                    result.begun.append(begun)
                } else {
                    result.stale.append(batch.id)
                }
            }
            try Self.claim(round, tenure: tenure, into: &result, db) {
                if courtesy?.areOthersThere == false { courtesy?.areOthersThere = neighbours.areConnected() }
                return courtesy.map { ContinuousClock.now - start >= $0.claimMax } ?? false
            }
            if !round.claims.isEmpty { try identity.noteIDs() }
            if !result.begun.isEmpty || !round.settlements.isEmpty {
                result.lastIntent = try identity.sequence(of: "outbox")
                result.lastBatch = try identity.sequence(of: "outbox_batch")
            }
            result.released.subtract(result.supplies.keys)
            for journey in result.released {
                result.supplies[journey] = .more
                result.nextDue[journey] = try SupplyQuery(db: db).nextDue(journey, after: round.now)
            }
            let pages = Checkpoint(db: db).pagesWritten()
            return (
                result, tenure.outbox, (start: start, worked: ContinuousClock.now, courtesy: courtesy, pages: pages)
            )
        }
        let end = ContinuousClock.now
        if times.pages >= Self.logPagesMax, !manner.isBlocking { try await shortenLog() }
        tenure.withLock { $0.outbox = outbox }
        commitTime.withLock { $0 = end - times.worked }
        var result = committed
        result.waited = times.start - asked
        result.held = end - times.start
        result.rest = times.courtesy?.rest(after: result.held) ?? Courtesy.restAlone
        return result
    }

    /// Nil where real time does not count.
    private func courtesy(_ db: Database) throws -> Courtesy? {
        guard !manner.isBlocking else { return nil }
        return Courtesy(areOthersThere: try neighbours.arePresent(db), commit: commitTime.withLock { $0 })
    }
}
