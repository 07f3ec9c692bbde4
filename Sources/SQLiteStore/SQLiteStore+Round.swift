import Delivery
import GRDB

/// The parts of a round, inside its transaction.
extension SQLiteStore {
    static func settle(_ round: Round, outbox: String, into result: inout RoundResult, _ db: Database) throws {
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

    static func claim(
        _ round: Round, tenure: Tenure, into result: inout RoundResult, _ db: Database, isOver: () -> Bool
    ) throws {
        guard !round.claims.isEmpty else { return }
        try db.cachedStatement(sql: "UPDATE outbox_meta SET value = 1 WHERE key = 'moving'").execute()
        var claiming = Claiming(
            db: db, outbox: tenure.outbox, now: round.now, trustedTime: round.trustedTime, rotation: tenure.rotation)
        var supplies = Array(repeating: Backlog.more, count: round.claims.count)
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
        try db.cachedStatement(sql: "UPDATE outbox_meta SET value = 0 WHERE key = 'moving'").execute()
    }
}
