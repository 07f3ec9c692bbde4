import Delivery
import GRDB

/// Takes due intents out of their tables and freezes them into a batch, inside the caller's transaction.
///
/// The caller has set the flag `moving`, or the deletes would count as cancels.
struct ClaimTransaction {
    /// Rows of one source that a claim looks at, at most: room to pass over some, also where a request takes only one.
    static let looksMax = 201
    /// Rows that one claim moves behind others of their ordering key, at most.
    static let blockedMax = 200

    let db: Database
    let outbox: String
    let now: WallTime
    /// What a request is stamped with.
    let trustedTime: WallTime
    /// Raised by each claim: the source that goes first rotates, so that no source of a journey starves another.
    var rotation: Int

    /// The outcome of one claim.
    struct Claim {
        var batch: Batch?
        var backlog: Backlog
        var quarantined: [Int64: Unsendable] = [:]
    }

    /// Closes lanes that dead letters of the journey kept before its configuration changed; true when there were any.
    func closeLanes(of order: ClaimRequest) throws -> Bool {
        guard order.journey.onDead == .continue else { return false }
        return try LaneTable(db: db, journey: order.journey.name).closeDead(max: Self.blockedMax)
    }

    /// One batch of the journey, frozen with its first attempt begun; without a batch when nothing is ready.
    mutating func claim(_ order: ClaimRequest, hasClosedLanes: Bool) throws -> Claim {
        var picked = try pick(order)
        if hasClosedLanes { picked.isCutShort = true }
        if let time = readyTime(of: picked, order) { return Claim(batch: nil, backlog: .partial(readyAt: time)) }
        try picked.lanes.open()
        try block(picked)
        // The unsendable rows go last: their lanes then go to rows that wait already.
        try quarantine(picked)
        for taken in picked.taken { try remove(taken, journey: order.journey.name) }
        let backlog: Backlog = picked.isCutShort || !picked.blocked.isEmpty ? .more : .empty
        guard let request = picked.builder.take()?.freeze(outbox: outbox) else {
            assert(picked.taken.isEmpty, "rows that were taken out are frozen into a request")
            return Claim(batch: nil, backlog: backlog, quarantined: picked.quarantined)
        }
        // Each row that leaves its table is a member of the request, or it would be lost.
        let takenCount = picked.taken.reduce(0) { $0 + $1.ids.count }
        guard request.size == takenCount else {
            throw BrokenInvariant("a request has as many members as rows were taken for it: \(takenCount)")
        }
        assert(request.size <= order.rowsMax, "a request has no more members than the permit allows")
        let batch = try BatchTable(db: db).insert(
            request, journey: order.journey.name, target: order.target, apiKeyFingerprint: order.apiKeyFingerprint,
            parent: nil, stamp: trustedTime, at: now)
        return Claim(batch: batch, backlog: backlog, quarantined: picked.quarantined)
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
        var lanes: LaneTable
        var blocked: [(source: ClaimSource, id: Int64)] = []
        var taken: [Taken] = []
        var quarantined: [Int64: Unsendable] = [:]
        var quarantinedFrom: [(ClaimSource, Int64)] = []
        /// More rows were there than the batch could take.
        var isCutShort = false
        var oldestReady: Int64?
    }

    // MARK: Looking

    private mutating func pick(_ order: ClaimRequest) throws -> Picked {
        rotation += 1
        var builder = BatchBuilder(order: order, at: now)
        var picked = Picked(lanes: LaneTable(db: db, journey: order.journey.name))
        let sources = ClaimSource.allCases
        var isComplete = false
        for turn in 0..<sources.count where !isComplete {
            let source = sources[(rotation + turn) % sources.count]
            isComplete = try pick(order, from: source, &builder, &picked)
        }
        picked.builder = builder
        return picked
    }

    /// Offers the rows of one source to the builder; true when no other source is to be looked at.
    private func pick(
        _ order: ClaimRequest, from source: ClaimSource, _ builder: inout BatchBuilder, _ picked: inout Picked
    ) throws -> Bool {
        var isComplete = false
        var taken = Taken(source: source)
        let limit = max(2 * order.rowsMax + 1, Self.looksMax)
        let reader = try source.reader(db, journey: order.journey.name, now: now, limit: limit)
        var looks = 0
        try reader.forEach(db) { row, isRefusedAlone in
            looks += 1
            if looks == limit { picked.isCutShort = true }
            // A row that was refused alone travels alone, or its request would be refused with all its members.
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
        return isComplete
    }

    /// When a partial batch of fresh rows becomes ready; nil when it is.
    private func readyTime(of picked: Picked, _ order: ClaimRequest) -> WallTime? {
        guard !picked.isCutShort, picked.builder?.isFull != true, let oldest = picked.oldestReady,
            picked.taken.allSatisfy({ $0.source == .ready })
        else { return nil }
        let ready = WallTime(milliseconds: oldest) + order.linger
        // An insertion time in the future would make the batch wait without an end: it counts as now.
        return ready > now && oldest <= now.milliseconds ? ready : nil
    }

    // MARK: Moving

    private func remove(_ taken: Taken, journey: String) throws {
        guard taken.source == .ready, !taken.hasGaps, let first = taken.ids.first, let last = taken.ids.last else {
            return try taken.source.table.delete(taken.ids, db)
        }
        // Between the first and the last id there is no row of the journey that the batch has not taken.
        try db.cachedStatement(
            sql: "DELETE FROM outbox WHERE journey = ? AND scheduled_at IS NULL AND id BETWEEN ? AND ?"
        ).execute(arguments: [journey, first, last])
        guard db.changesCount == taken.ids.count else {
            throw BrokenInvariant("a claim deletes the rows that it has taken: \(taken.ids.count) from \(first) on")
        }
    }

    /// Moves rows behind the one that holds their lane, where no later claim meets them.
    private func block(_ picked: Picked) throws {
        let waiting = WaitingTable(db: db, now: now)
        for (source, id) in picked.blocked {
            if source == .waiting {
                try waiting.block(id)
            } else {
                try waiting.insertBlocked(id)
                try source.table.delete(id, db)
            }
        }
    }

    /// Moves rows that would spoil a request to the dead letters, each alone.
    private func quarantine(_ picked: Picked) throws {
        for (source, id) in picked.quarantinedFrom {
            guard let reason = picked.quarantined[id] else { continue }
            try DeadTable(db: db, now: now)
                .insert(id, from: source.table, Rejection(code: reason.rawValue, message: reason.message))
            try source.table.delete(id, db)
        }
    }
}
