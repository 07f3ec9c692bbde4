import Delivery
import GRDB

/// One round, inside its transaction: settles answers, begins further attempts, and claims.
struct RoundTransaction {
    let db: Database
    let round: Round
    /// Called with the uuid that the outbox is about to get, before it is stored.
    let renewing: (String) throws -> Void
    private(set) var lease: Lease
    private(set) var result = RoundResult()

    init(_ db: Database, _ round: Round, _ lease: Lease, renewing: @escaping (String) throws -> Void) {
        self.db = db
        self.round = round
        self.lease = lease
        self.renewing = renewing
    }

    private var identity: IdentityTable { IdentityTable(db: db) }

    /// Does everything that the round asks for.
    ///
    /// Throws `StoreError.fenced` when another worker has taken over.
    /// - Parameter isOver: whether the lock was held for so long that no further batch is claimed.
    mutating func run(isOver: () -> Bool) throws {
        try MetaTable(db: db).require(fence: lease.fence)
        try keepIDs()
        try PauseTable(db: db).apply(round.pauses, at: round.now)
        try LearnedState(db: db).store(round)
        result.released = try LaneTable.store(round.onDead, db)
        try settle()
        // Waits that were stored by a clock that has gone back since, this round's settlements included.
        try OverlongWaits(db: db, now: round.now).end(round.waitsEnd, into: &result)
        try begin()
        try claim(isOver: isOver)
        try noteIDs()
        try lookAtReleased()
    }

    // MARK: Ids

    /// Before anything is claimed: a row that reuses an id must not travel under the key of the one before.
    private mutating func keepIDs() throws {
        guard !round.claims.isEmpty else { return }
        lease.outbox = try identity.keepIDs(uuid: lease.outbox, renewing: renewing)
    }

    private mutating func noteIDs() throws {
        if !round.claims.isEmpty { try identity.noteIDs() }
        guard !result.begun.isEmpty || !round.settlements.isEmpty else { return }
        result.lastIntent = try identity.sequence(of: "outbox")
        result.lastBatch = try identity.sequence(of: "outbox_batch")
    }

    // MARK: Settle

    private mutating func settle() throws {
        var delivered: [String: Int] = [:]
        for settlement in round.settlements {
            guard let successors = try apply(settlement) else { continue }
            let journey = settlement.batch.journey
            result.successors += successors
            assert(settlement.deliveredCount >= 0, "no more members leave a batch than it has")
            delivered[journey, default: 0] += settlement.deliveredCount
            let refused = RefusedRows(db: db, journey: journey, now: round.now)
            if settlement.clearsRefusals { try refused.clearRefusal() }
            let hasMovedOrdered =
                settlement.provesJourneyWorks
                ? try refused.moveToDead(refusedBy: settlement.begunAt ?? round.now) : false
            if settlement.mayFreeOthers || hasMovedOrdered { result.released.insert(journey) }
            if settlement.hasRefusedAlone { result.refusedAlike[journey] = try refused.alikeCount() }
        }
        for (journey, count) in delivered where count > 0 {
            try JourneyTable(db: db).add(delivered: count, to: journey)
        }
    }

    /// Applies one settlement and returns the batches frozen out of it; nil when it changed nothing.
    private mutating func apply(_ settlement: Settlement) throws -> [Batch]? {
        let writer = SettlementWriter(db: db, outbox: lease.outbox, now: round.now)
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
            // The answers to other batches are kept when one settlement cannot be applied.
            result.failed.append(RoundResult.Failed(batch: settlement.batch, reason: "\(error)"))
            return nil
        }
        if successors == nil { result.stale.append(settlement.batch.id) }
        return successors
    }

    /// Whether an error is about the rows of one settlement, and not about the database under all of them.
    private static func concernsOneBatch(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return true }
        return error.resultCode == .SQLITE_CONSTRAINT
    }

    // MARK: Begin

    private mutating func begin() throws {
        for batch in round.resumes {
            if let begun = try BatchTable(db: db).begin(batch, at: round.now, stamp: round.trustedTime) {
                result.begun.append(begun)
            } else {
                result.stale.append(batch.id)
            }
        }
    }

    // MARK: Claim

    private mutating func claim(isOver: () -> Bool) throws {
        guard !round.claims.isEmpty else { return }
        let backlogs = try MetaTable(db: db).moving { try claimByTurns(isOver: isOver) }
        for (order, backlog) in zip(round.claims, backlogs) {
            result.supplies[order.journey.name] = backlog
            result.nextDue[order.journey.name] = try DueWorkQuery(db: db)
                .nextDue(order.journey.name, after: round.now)
        }
    }

    /// One batch of each journey by turns.
    ///
    /// Rows committed together lie together, and a page that several journeys share is then written once. When the time
    /// ends the round, every journey has had its turn.
    private mutating func claimByTurns(isOver: () -> Bool) throws -> [Backlog] {
        var claims = ClaimTransaction(
            db: db, outbox: lease.outbox, now: round.now, trustedTime: round.trustedTime, rotation: lease.rotation)
        var backlogs = Array(repeating: Backlog.more, count: round.claims.count)
        let batchesMax = round.claims.map(\.batches).max() ?? 0
        for turn in 0..<batchesMax {
            for (place, order) in round.claims.enumerated() where turn < order.batches && backlogs[place] == .more {
                // However slow the machine, a round that claims at all claims once.
                guard result.begun.isEmpty || !isOver() else { break }
                let hasClosedLanes = try turn == 0 && claims.closeLanes(of: order)
                let claim = try claims.claim(order, hasClosedLanes: hasClosedLanes)
                backlogs[place] = claim.backlog
                if let batch = claim.batch { result.begun.append(batch) }
                result.quarantined.merge(claim.quarantined) { first, _ in first }
            }
        }
        return backlogs
    }

    /// Journeys in which a lane was released, and which no claim of this round has looked at.
    private mutating func lookAtReleased() throws {
        result.released.subtract(result.supplies.keys)
        for journey in result.released {
            result.supplies[journey] = .more
            result.nextDue[journey] = try DueWorkQuery(db: db).nextDue(journey, after: round.now)
        }
    }
}
