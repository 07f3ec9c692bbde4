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

    private struct Tenure {
        var fence: Int64?
        var outbox = ""
        var rotation = 0
    }

    /// As far back as a successor looks for requests that still count in its windows.
    static let recent: Duration = .seconds(65)

    private let queue: DatabaseQueue
    private let tenure = Mutex(Tenure())
    private let prunedTo = Mutex(Pruning.Position())

    private let version: String
    private let renewing: @Sendable (String) throws -> Void
    private let manner: Manner
    private let presence: FilePresence
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

    public func takeOver(at now: WallTime) async throws -> Inheritance {
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
            var inheritance = Inheritance(
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
                if let begun = try BatchTable(db: db).begin(batch, at: round.now, stamp: round.reckoned) {
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

    // MARK: The parts of a round

    private static func settle(_ round: Round, outbox: String, into result: inout RoundResult, _ db: Database) throws {
        var delivered: [String: Int] = [:]
        for settlement in round.settlements {
            let writer = SettlementWriter(db: db, outbox: outbox, now: round.now)
            var successors: [Batch]?
            do {
                if settlement.isOneStatement {
                    // A statement that fails undoes itself.
                    successors = try writer.apply(settlement)
                } else {
                    try db.inSavepoint {
                        successors = try writer.apply(settlement)
                        return successors == nil ? .rollback : .commit
                    }
                }
            } catch  where Self.concernsOneBatch(error) {
                // The others' answers are not to be forgotten for one that cannot be applied.
                result.failed.append(RoundResult.Failed(batch: settlement.batch, reason: "\(error)"))
                continue
            }
            guard let successors else {
                result.stale.append(settlement.batch.id)
                continue
            }
            result.successors += successors
            delivered[settlement.batch.journey, default: 0] += settlement.deliveredCount
            let condemning = Condemnation(db: db, journey: settlement.batch.journey, now: round.now)
            let hasBuriedInOrder =
                settlement.provesJourneyWorks
                ? try condemning.bury(refusedBy: settlement.begunAt ?? round.now) : false
            if settlement.mayFreeOthers || hasBuriedInOrder { result.released.insert(settlement.batch.journey) }
            if settlement.hasRefusedAlone { result.refusedAlike[settlement.batch.journey] = try condemning.alike() }
        }
        for (journey, count) in delivered where count > 0 {
            try db.cachedStatement(
                sql: """
                    INSERT INTO outbox_journey (journey, delivered) VALUES (?1, ?2)
                    ON CONFLICT (journey) DO UPDATE SET delivered = delivered + ?2
                    """
            ).execute(arguments: [journey, count])
        }
    }

    /// Whether an error is about the rows of one settlement, and not about the database under all of them.
    private static func concernsOneBatch(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return true }
        return error.resultCode == .SQLITE_CONSTRAINT
    }

    private static func claim(
        _ round: Round, tenure: Tenure, into result: inout RoundResult, _ db: Database, isOver: () -> Bool
    ) throws {
        guard !round.claims.isEmpty else { return }
        if !planted(.moveFlagMissing) {
            try db.cachedStatement(sql: "UPDATE outbox_meta SET value = 1 WHERE key = 'moving'").execute()
        }
        var claiming = Claiming(
            db: db, outbox: tenure.outbox, now: round.now, reckoned: round.reckoned, rotation: tenure.rotation)
        var supplies = Array(repeating: Supply.more, count: round.claims.count)
        let batchesMax = round.claims.map(\.batches).max() ?? 0
        // One batch of each journey by turns: rows committed together lie together, and a page that several journeys
        // share is then written once. Where time ends the round, every journey has had its turn.
        for turn in 0..<batchesMax {
            for (place, order) in round.claims.enumerated() where turn < order.batches && supplies[place] == .more {
                // However slow the machine, a round that claims at all claims once.
                guard result.begun.isEmpty || !isOver() else { break }
                let hasClosedLanes = try turn == 0 && claiming.closeLanes(of: order)
                let claim = try claiming.claim(order, hasClosedLanes: hasClosedLanes)
                supplies[place] = claim.supply
                if let batch = claim.batch { result.begun.append(batch) }
                result.quarantined.merge(claim.quarantined) { first, _ in first }
            }
        }
        for (order, supply) in zip(round.claims, supplies) {
            result.supplies[order.journey.name] = supply
            result.nextDue[order.journey.name] = try SupplyQuery(db: db).nextDue(order.journey.name, after: round.now)
        }
        if planted(.moveFlagLeftOn) { return }
        try db.cachedStatement(sql: "UPDATE outbox_meta SET value = 0 WHERE key = 'moving'").execute()
    }

    // MARK: Looking

    public func survey(journeys: [String], at now: WallTime) async throws -> Survey {
        try await read { db in
            var supplied: Set<String> = []
            var nextDue: [String: WallTime] = [:]
            for journey in journeys {
                let look = try SupplyQuery(db: db).look(journey, at: now)
                if look.isSupplied { supplied.insert(journey) }
                nextDue[journey] = look.nextDue
            }
            return Survey(supplied: supplied, nextDue: nextDue, pauses: try PauseTable(db: db).all())
        }
    }

    public func drainGoal(at now: WallTime) async throws -> DrainGoal {
        try await read { db in
            let last = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"))
            return DrainGoal(lastID: last ?? 0, dueBy: now)
        }
    }

    public func remaining(of goal: DrainGoal, journeys: [String], at now: WallTime) async throws -> Remaining {
        try await read { db in
            try RemainingQuery(db: db, goal: goal, journeys: Set(journeys.map(JourneyName.init))).count()
        }
    }

    public func prune(before time: WallTime) async throws -> Bool {
        let position = prunedTo.withLock { $0 }
        let fence = tenure.withLock { $0.fence }
        let (next, isMoreLeft) = try await write { db in
            try Self.requireFence(fence, db)
            var pruning = Pruning(db: db, before: time, position: position)
            let isMoreLeft = try pruning.step()
            return (pruning.position, isMoreLeft)
        }
        prunedTo.withLock { $0 = isMoreLeft ? next : Pruning.Position() }
        return isMoreLeft
    }

    public func checkpoint(afterPages pages: Int) async throws -> WriteAheadLog? {
        do {
            return try await queue.writeWithoutTransaction { db in
                try Checkpoint(db: db).make(ifWritten: pages)
            }
        } catch let error as DatabaseError where error.isBusy {
            throw StoreError.busy
        }
    }

    /// However fast a backlog drains, the log is no longer than a few of these: what a crash leaves is read again.
    private static let logPagesMax = 16_384

    private func shortenLog() async throws {
        do {
            _ = try await checkpoint(afterPages: Self.logPagesMax)
        } catch StoreError.busy {
            // Somebody else is at it.
        }
    }

    public func store(pinnedSince: WallTime?) async throws {
        let fence = tenure.withLock { $0.fence }
        try await write { db in
            try Self.requireFence(fence, db)
            try Self.setMeta(db, PinnedLog.key, pinnedSince.map { String($0.milliseconds) })
        }
    }

    /// What tells this store that another connection has committed.
    /// - Parameter interval: how often to look at the database while nothing tells.
    public func commits(lookingEvery interval: Duration = CommitWatch.slowInterval) -> CommitWatch {
        CommitWatch(database: queue.path, interval: interval) { try await self.dataVersion() }
    }

    /// A number that changes with every commit of another connection's.
    func dataVersion() async throws -> Int64 {
        // Without a transaction: one value is consistent with itself, and this is asked often.
        try await lookingWithoutTransaction { db in
            let version = try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version")) ?? 0
            try self.presence.check(db)
            return version
        }
    }

    // MARK: Transactions

    private func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return manner.isBlocking
                ? try blocking { [presence] in try Self.transact($0, presence, body) }
                : try await queue.writeWithoutTransaction { [presence] in try Self.transact($0, presence, body) }
        } catch let error as DatabaseError where error.isBusy {
            throw StoreError.busy
        }
    }

    /// One consistent look, without a lock on writers.
    ///
    /// Not by GRDB's `read`: that switches `query_only` on and off, which makes SQLite compile every statement anew.
    private func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await lookingWithoutTransaction { db in
            var value: Value?
            try db.inTransaction(.deferred) {
                value = try body(db)
                return .commit
            }
            guard let value else { throw StoreError.busy }
            return value
        }
    }

    private func lookingWithoutTransaction<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do {
            return manner.isBlocking ? try blocking(body) : try await queue.writeWithoutTransaction(body)
        } catch let error as DatabaseError where error.isBusy {
            throw StoreError.busy
        }
    }

    private static func transact<Value>(
        _ db: Database, _ presence: FilePresence, _ body: (Database) throws -> Value
    ) throws -> Value {
        var value: Value?
        try db.inTransaction(.immediate) {
            try presence.check(db)
            value = try body(db)
            return .commit
        }
        guard let value else { throw StoreError.busy }
        return value
    }

    private func blocking<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try queue.writeWithoutTransaction(body)
    }

    // MARK: Meta

    private static func requireFence(_ fence: Int64?, _ db: Database) throws {
        let stored = try Int64.fetchOne(db.cachedStatement(sql: "SELECT value FROM outbox_meta WHERE key = 'fence'"))
        guard stored == fence || planted(.fenceIgnored) else { throw StoreError.fenced }
    }

    static func meta(_ db: Database, _ key: String) throws -> String? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT value FROM outbox_meta WHERE key = ?"), arguments: [key])
    }

    static func setMeta(_ db: Database, _ key: String, _ value: String?) throws {
        try db.cachedStatement(
            sql: "INSERT INTO outbox_meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2"
        ).execute(arguments: [key, value])
    }

    /// The outbox's uuid, minted when a worker first meets the database: a migrated template must not give two
    /// databases one uuid.
    private static func mintIdentity(_ db: Database) throws -> String {
        if let uuid = try meta(db, "uuid") { return uuid }
        let uuid = UUID().uuidString.lowercased()
        try setMeta(db, "uuid", uuid)
        return uuid
    }
}

extension DatabaseError {
    /// Somebody else holds the database; waiting helps.
    ///
    /// `SQLITE_PROTOCOL` is a race for the log's index that was lost too often in a row (sqlite.org/rescode.html).
    var isBusy: Bool {
        resultCode == .SQLITE_BUSY || resultCode == .SQLITE_LOCKED || resultCode == .SQLITE_PROTOCOL
    }
}
