import Delivery

/// An outbox store that also records its deliveries in the ledger, after each commit.
///
/// A round is committed only after the group of the round before is in the ledger. The ledger is therefore behind the
/// database by at most one group. A failed ledger write does not fail the round; see `Ledger`.
public struct LedgeredStore: OutboxStore {
    let store: any OutboxStore
    let ledger: Ledger

    public init(_ store: any OutboxStore, ledger: Ledger) {
        self.store = store
        self.ledger = ledger
    }

    public func takeOver(at now: WallTime) async throws -> RecoveredState {
        let inheritance = try await store.takeOver(at: now)
        await ledger.raise(inheritance.marks)
        return inheritance
    }

    public func commit(_ round: Round) async throws -> RoundResult {
        await ledger.caughtUp()
        // The digests depend on the round alone, so they are computed while the database writes.
        async let ended = Self.digests(of: round)
        let result = try await store.commit(round)
        if let group = LedgerGroup.make(await ended, result) { ledger.note(group) }
        return result
    }

    @concurrent
    private static func digests(of round: Round) async -> [LedgerGroup.EndedBatch] { LedgerGroup.ended(in: round) }

    public func dueWork(journeys: [String], at now: WallTime) async throws -> DueWork {
        try await store.dueWork(journeys: journeys, at: now)
    }

    public func remaining(of goal: DrainGoal, journeys: [String], at now: WallTime) async throws -> Remaining {
        try await store.remaining(of: goal, journeys: journeys, at: now)
    }

    public func drainGoal(at now: WallTime) async throws -> DrainGoal { try await store.drainGoal(at: now) }
    public func prune(before time: WallTime) async throws -> Bool { try await store.prune(before: time) }
    public func checkpoint(afterPages pages: Int) async throws -> WriteAheadLog? {
        try await store.checkpoint(afterPages: pages)
    }
    public func store(pinnedSince: WallTime?) async throws { try await store.store(pinnedSince: pinnedSince) }
}

extension LedgerGroup {
    /// A batch that a round ends, and the intents that the round delivers from it.
    package struct EndedBatch: Sendable {
        var batch: Int64
        var delivered: [IntentDigest]
    }

    /// The batches that a round ends if it is committed.
    package static func ended(in round: Round) -> [EndedBatch] {
        round.settlements.filter(\.fate.isEnd).map { settlement in
            EndedBatch(batch: settlement.batch.id, delivered: settlement.deliveredDigests)
        }
    }

    /// A function that builds the ledger group of a committed round; nil when the round leaves nothing to record.
    ///
    /// Batches whose settlement the database refused are left out.
    package static func make(_ ended: [EndedBatch], _ result: RoundResult) -> (@Sendable () -> LedgerGroup)? {
        let refused = Set(result.stale).union(result.failed.map(\.batch.id))
        let applied = ended.filter { !refused.contains($0.batch) }
        guard !applied.isEmpty || !result.begun.isEmpty else { return nil }
        return {
            LedgerGroup(
                intents: result.lastIntent, batches: result.lastBatch, settled: applied.map(\.batch),
                delivered: applied.flatMap(\.delivered))
        }
    }
}

extension Settlement.Fate {
    /// Whether the batch is not sent again.
    fileprivate var isEnd: Bool {
        if case .sending = self { false } else { true }
    }
}

extension Settlement {
    /// The digests of the members that this settlement marks as delivered.
    ///
    /// It is empty when the member list cannot be read. After a restore, an operator then has to decide about these
    /// intents.
    fileprivate var deliveredDigests: [IntentDigest] {
        guard deliveredCount > 0, let digests = IntentDigest.members(of: batch) else { return [] }
        if deliveredCount == digests.count { return digests }
        let gone = Set(leaving.keys).union(successors.joined()).union(unproven)
        return digests.indices.filter { !gone.contains($0) }.map { digests[$0] }
    }
}
