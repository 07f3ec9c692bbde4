import Delivery
import GRDB

/// Takes due intents out of their tables and freezes them into a batch, inside the caller's transaction.
struct Claiming {
    /// Rows of one source that a claim looks at, at most: room to pass over some, also where a request takes only one.
    static let looksMax = 201
    /// Rows that one claim moves behind others of their ordering key, at most.
    static let blockedMax = 200

    let db: Database
    let outbox: String
    let now: WallTime
    /// What a request is stamped with.
    let trustedTime: WallTime
    /// Turns round, so that no source of a journey starves another.
    var rotation: Int

    /// What one claim came to.
    struct Claim {
        var batch: Batch?
        var supply: Backlog
        var quarantined: [Int64: Unsendable] = [:]
    }

    /// Closes lanes that dead letters of the journey kept before its configuration changed; true when there were any.
    func closeLanes(of order: ClaimRequest) throws -> Bool {
        guard order.journey.onDead == .continue else { return false }
        return try Lanes(db: db, journey: order.journey.name).closeDead(max: Self.blockedMax)
    }

    /// One batch of the journey, frozen with its first attempt begun; nil when nothing is ripe.
    mutating func claim(_ order: ClaimRequest, hasClosedLanes: Bool) throws -> Claim {
        var picked = try pick(order)
        if hasClosedLanes { picked.isCutShort = true }
        if let ripe = ripeness(of: picked, order) { return Claim(batch: nil, supply: .partial(readyAt: ripe)) }
        try picked.lanes.open()
        try block(picked)
        // The dead are buried last: their lanes then go to rows that wait already.
        try quarantine(picked)
        for taken in picked.taken { try remove(taken, journey: order.journey.name) }
        let supply: Backlog = picked.isCutShort || !picked.blocked.isEmpty ? .more : .empty
        guard let request = picked.builder.take()?.freeze(outbox: outbox) else {
            return Claim(batch: nil, supply: supply, quarantined: picked.quarantined)
        }
        let batch = try BatchTable(db: db).insert(
            request, journey: order.journey.name, target: order.target, apiKeyFingerprint: order.apiKeyFingerprint,
            parent: nil, stamp: trustedTime, at: now)
        return Claim(batch: batch, supply: supply, quarantined: picked.quarantined)
    }

    /// The rows of one source that a batch takes.
    private struct Taken {
        let source: ClaimSource
        var ids: [Int64] = []
        /// Rows were passed over between the first and the last id.
        var hasGaps = false
    }

    private struct Picked {
        var builder: BatchBuilder?
        var lanes: Lanes
        var blocked: [(source: ClaimSource, id: Int64)] = []
        var taken: [Taken] = []
        var quarantined: [Int64: Unsendable] = [:]
        var quarantinedFrom: [(ClaimSource, Int64)] = []
        /// More rows were there than the batch could take.
        var isCutShort = false
        var oldestReady: Int64?
    }

    private mutating func pick(_ order: ClaimRequest) throws -> Picked {
        rotation += 1
        var builder = BatchBuilder(order: order, at: now)
        var picked = Picked(lanes: Lanes(db: db, journey: order.journey.name))
        let sources = ClaimSource.allCases
        var isComplete = false
        for turn in 0..<sources.count where !isComplete {
            let source = sources[(rotation + turn) % sources.count]
            var taken = Taken(source: source)
            let limit = max(2 * order.rowsMax + 1, Self.looksMax)
            let reader = try source.reader(db, journey: order.journey.name, now: now, limit: limit)
            var looks = 0
            try reader.forEach(db) { row, isRefusedAlone in
                looks += 1
                if looks == limit { picked.isCutShort = true }
                // A row that was refused alone travels alone, or it would spoil its company again.
                if isRefusedAlone && !builder.isEmpty {
                    picked.isCutShort = true
                    return true
                }
                // A full batch takes no row, and blocks none that the next one might take.
                if !builder.isFull, try !picked.lanes.admit(row) {
                    picked.blocked.append((source, row.id))
                    isComplete = picked.blocked.count == Self.blockedMax
                    return !isComplete
                }
                switch builder.offer(row) {
                case .taken:
                    if source == .ready { picked.oldestReady = min(picked.oldestReady ?? row.createdAt, row.createdAt) }
                    taken.ids.append(row.id)
                    isComplete = isRefusedAlone
                    return !isComplete
                case .full:
                    picked.isCutShort = true
                    isComplete = true
                    return false
                case .repeatedContact:
                    picked.isCutShort = true
                    taken.hasGaps = true
                    return true
                case .unsendable(let reason):
                    picked.isCutShort = true
                    picked.quarantined[row.id] = reason
                    picked.quarantinedFrom.append((source, row.id))
                    return true
                }
            }
            if isComplete { picked.isCutShort = true }
            if !taken.ids.isEmpty { picked.taken.append(taken) }
        }
        picked.builder = builder
        return picked
    }

    /// When a partial batch of fresh rows becomes ripe; nil when it is.
    private func ripeness(of picked: Picked, _ order: ClaimRequest) -> WallTime? {
        guard !picked.isCutShort, picked.builder?.isFull != true, let oldest = picked.oldestReady,
            picked.taken.allSatisfy({ $0.source == .ready })
        else { return nil }
        let ripe = WallTime(milliseconds: oldest) + order.linger
        // A time given in the future would wait for ever, and is taken as now.
        return ripe > now && oldest <= now.milliseconds ? ripe : nil
    }

    private func remove(_ taken: Taken, journey: String) throws {
        if taken.source == .ready, !taken.hasGaps, let first = taken.ids.first, let last = taken.ids.last {
            try db.cachedStatement(
                sql: "DELETE FROM outbox WHERE journey = ? AND scheduled_at IS NULL AND id BETWEEN ? AND ?"
            ).execute(arguments: [journey, first, last])
            return
        }
        let statement = try db.cachedStatement(sql: "DELETE FROM \(taken.source.table) WHERE id = ?")
        for id in taken.ids { try statement.execute(arguments: [id]) }
    }

    /// Since when a row that waits for its lane is due: by what its producer said, since this machine's clock may be
    /// ahead now, and set right by the time the lane is free.
    private static let dueSQL = "max(created_at, ifnull(scheduled_at, created_at))"

    /// Moves rows behind the one that holds their lane, where no later claim meets them.
    private func block(_ picked: Picked) throws {
        for (source, id) in picked.blocked {
            if source == .waiting {
                try db.cachedStatement(
                    sql: """
                        UPDATE outbox_waiting SET state = 'blocked', updated_at = ?, due_at = min(due_at, \(Self.dueSQL))
                        WHERE id = ?
                        """
                ).execute(arguments: [now.milliseconds, id])
                continue
            }
            try db.cachedStatement(
                sql: """
                    INSERT INTO outbox_waiting (id, journey, \(IntentReader.columns), state, attempts, epoch, due_at,
                      updated_at)
                    SELECT id, journey, \(IntentReader.columns), 'blocked', 0, 0, min(?1, \(Self.dueSQL)), ?1
                    FROM outbox WHERE id = ?2
                    """
            ).execute(arguments: [now.milliseconds, id])
            try db.cachedStatement(sql: "DELETE FROM outbox WHERE id = ?").execute(arguments: [id])
        }
    }

    /// Moves rows that would spoil a request to the dead letters, each alone.
    private func quarantine(_ picked: Picked) throws {
        for (source, id) in picked.quarantinedFrom {
            guard let reason = picked.quarantined[id] else { continue }
            let past = source == .waiting ? "attempts, epoch, request_id, batch_id" : "0, 0, NULL, NULL"
            try db.cachedStatement(
                sql: """
                    INSERT INTO outbox_dead (id, journey, \(IntentReader.columns), attempts, epoch, request_id, batch_id,
                      state, code, message, updated_at)
                    SELECT id, journey, \(IntentReader.columns), \(past), 'dead', ?, ?, ? FROM \(source.table) WHERE id = ?
                    """
            ).execute(arguments: [reason.rawValue, reason.message, now.milliseconds, id])
            try db.cachedStatement(sql: "DELETE FROM \(source.table) WHERE id = ?").execute(arguments: [id])
        }
    }
}
