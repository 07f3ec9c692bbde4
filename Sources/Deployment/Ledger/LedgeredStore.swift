import Delivery

/// A store whose deliveries are also written down outside the database, after each commit.
///
/// A round is committed only once the one before it is in the ledger, which so is behind by one group at most.
public struct LedgeredStore: OutboxStore {
    let store: any OutboxStore
    let ledger: Ledger

    public init(_ store: any OutboxStore, ledger: Ledger) {
        self.store = store
        self.ledger = ledger
    }

    public func takeOver(at now: WallTime) async throws -> Inheritance {
        let inheritance = try await store.takeOver(at: now)
        await ledger.raise(inheritance.marks)
        return inheritance
    }

    public func commit(_ round: Round) async throws -> RoundResult {
        await ledger.caughtUp()
        let result = try await store.commit(round)
        let refused = Set(result.stale).union(result.failed.map(\.batch.id))
        let applied = round.settlements.filter { !refused.contains($0.batch.id) && $0.fate.isEnd }
        if !applied.isEmpty || !result.begun.isEmpty {
            ledger.note {
                LedgerGroup(
                    intents: result.lastIntent, batches: result.lastBatch, settled: applied.map(\.batch.id),
                    delivered: applied.flatMap(\.deliveredDigests))
            }
        }
        return result
    }

    public func survey(journeys: [String], at now: WallTime) async throws -> Survey {
        try await store.survey(journeys: journeys, at: now)
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

extension Settlement.Fate {
    /// Whether the batch is not sent again.
    fileprivate var isEnd: Bool {
        if case .sending = self { false } else { true }
    }
}

extension Settlement {
    /// The members that this settles as delivered.
    ///
    /// A list that cannot be read proves nothing, which only means that a person is asked after a restore.
    fileprivate var deliveredDigests: [IntentDigest] {
        guard deliveredCount > 0, let digests = IntentDigest.members(of: batch) else { return [] }
        if deliveredCount == digests.count { return digests }
        let gone = Set(leaving.keys).union(successors.joined()).union(unproven)
        return digests.indices.filter { !gone.contains($0) }.map { digests[$0] }
    }
}
