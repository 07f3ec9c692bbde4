/// Decides what to do about a verdict: a pure function of the batch, the verdict and what is known around it.
///
/// One rule runs through it: a row gets a new key only when nothing that carried it may have run.
public struct SettlementPolicy {
    let policy: DeliveryPolicy
    let enforcement: Enforcement
    let onUnknown: Journey.OnUnknown
    /// Other requests succeed at the moment, so that a refusal is about this one's content.
    let othersSucceed: Bool
    let now: WallTime
    /// The source of the jitter: its state after `settle` is that of the next settlement.
    public private(set) var random: SplitMix64
    /// When the request began; nil where no request was made.
    let begunAt: WallTime?
    /// The request belongs to an API key, a URL or a version that is not the current one.
    let isForeign: Bool
    /// The answer refuses an API key that was replaced since.
    let isRetiredKey: Bool
    /// The journey is parked because its rows are refused alike: a row that probes it is no worse than the others.
    let isParkedForRows: Bool
    /// A setting that has been mended since is to blame for a refusal, and not the row.
    let areRefusalsCleared: Bool

    public init(
        policy: DeliveryPolicy, enforcement: Enforcement, onUnknown: Journey.OnUnknown, othersSucceed: Bool,
        now: WallTime, random: SplitMix64, begunAt: WallTime? = nil, isForeign: Bool = false,
        isRetiredKey: Bool = false, isParkedForRows: Bool = false, areRefusalsCleared: Bool = false
    ) {
        self.policy = policy
        self.enforcement = enforcement
        self.onUnknown = onUnknown
        self.othersSucceed = othersSucceed
        self.now = now
        self.random = random
        self.begunAt = begunAt
        self.isForeign = isForeign
        self.isRetiredKey = isRetiredKey
        self.isParkedForRows = isParkedForRows
        self.areRefusalsCleared = areRefusalsCleared
    }

    /// What becomes of the batch and of each of its members.
    ///
    /// Throws `DecodingError` when the batch's members cannot be read.
    public mutating func settle(_ batch: Batch, _ verdict: Verdict) throws -> Settlement {
        var settlement = try decide(batch, verdict)
        settlement.begunAt = begunAt
        if isParkedForRows { settlement.provesJourneyWorks = false }
        return areRefusalsCleared ? settlement.withRefusalsCleared() : settlement
    }

    private mutating func decide(_ batch: Batch, _ verdict: Verdict) throws -> Settlement {
        let stamp = stamp(of: batch, after: verdict)
        switch verdict.finding {
        case .judged(let results): return try judged(batch, verdict, results)
        case .keyMismatch: return doubt(batch, verdict)
        case .unknown:
            return enforcement == .absent && onUnknown == .hold
                ? doubt(batch, verdict) : failed(batch, verdict, stamp: stamp)
        case .inProgress(let retryAfter):
            // At least the first backoff: a server that says 0 is not asked again and again meanwhile.
            var settlement = again(
                batch, verdict, stamp: stamp,
                after: max(retryAfter ?? .zero, policy.backoff.ceiling(afterTry: batch.failures + 1)))
            settlement.isFailure = retryAfter == nil
            return settlement
        case .rateLimited: return again(batch, verdict, stamp: stamp, after: .zero)
        case .notSent: return failed(batch, verdict, stamp: stamp)
        case .refusedRows, .refusedContent, .refusedByEdge, .refusedForAll, .refusedForJourney:
            // Under a key that is refused for good nobody will learn what became of the request.
            if isRetiredKey {
                return stamp != nil && onUnknown == .hold ? doubt(batch, verdict) : try giveBack(batch, verdict)
            }
            // Something under this key may still have run: the key stays, and the request waits.
            // Where keys are ignored the same one proves no more than a new one would, and the journey has said: resend.
            let isResent = enforcement == .absent && onUnknown == .resend
            if stamp != nil && !isResent { return patient(batch, verdict, stamp: stamp) }
            return try refused(batch, verdict)
        }
    }

    /// The stamp once the answer has had its say.
    private func stamp(of batch: Batch, after verdict: Verdict) -> WallTime? {
        switch verdict.evidence {
        case .everyAttempt: enforcement == .enforced ? nil : batch.possiblyExecutedBefore
        case .thisAttempt: batch.possiblyExecutedBefore
        case .nothing: batch.possiblyExecutedSince
        }
    }

    /// So many refusals by an edge in a row, and a batch is parted though nobody else has got through.
    static let edgeRefusalsMax = 3

    /// A refusal after which nothing that carried these rows may have run.
    private mutating func refused(_ batch: Batch, _ verdict: Verdict) throws -> Settlement {
        switch verdict.finding {
        case .refusedRows(let named): return try shrink(batch, verdict, named)
        case .refusedContent(let refusal, _): return try split(batch, verdict, refusal)
        case .refusedByEdge(let refusal):
            // Parting costs nobody an attempt; a row alone loses one only when others get through meanwhile.
            let isParted = batch.size > 1 && batch.failures >= Self.edgeRefusalsMax - 1
            return othersSucceed || isParted
                ? try split(batch, verdict, refusal) : failed(batch, verdict, stamp: stamp(of: batch, after: verdict))
        default: return try giveBack(batch, verdict)
        }
    }

    // MARK: The request was taken

    private mutating func judged(
        _ batch: Batch, _ verdict: Verdict, _ results: [Verdict.RowResult]
    ) throws -> Settlement {
        if results.allSatisfy({ $0 == .delivered }) { return delivered(batch, verdict) }
        let unproven = Set(results.indices.filter { results[$0] == .unproven })
        // Where a replay may never be allowed, what is proven now must not be lost over it.
        let mayReplay = enforcement == .enforced || enforcement == .unproven && unproven.count == batch.size
        if !unproven.isEmpty && mayReplay && batch.replays < Self.replaysMax {
            var settlement = again(batch, verdict, stamp: batch.possiblyExecutedSince, after: backoff(batch))
            settlement.isReplay = true
            return settlement
        }
        var settlement = Settlement(
            batch: batch, fate: .settled(.partlyRejected), record: verdict.record, unproven: unproven)
        try reject(
            results.enumerated().compactMap { index, result in
                guard case .rejected(let rejection) = result else { return nil }
                return (index, rejection)
            }, in: &settlement)
        if !unproven.isEmpty { settlement.fate = .inDoubt }
        if unproven.isEmpty && settlement.leaving.count == batch.size { settlement.fate = .settled(.rejected) }
        settlement.provesJourneyWorks = results.contains(.delivered) && !verdict.isReplayed
        return settlement
    }

    private func delivered(_ batch: Batch, _ verdict: Verdict) -> Settlement {
        Settlement(
            batch: batch, fate: .settled(.delivered), record: verdict.record, provesJourneyWorks: !verdict.isReplayed)
    }

    /// How often a 2xx that proves too little is asked for again under its key, before a person is.
    static let replaysMax = 2

    private mutating func reject(_ rows: [(Int, Rejection)], in settlement: inout Settlement) throws {
        let members = try settlement.batch.members.decode()
        for (index, rejection) in rows {
            let attempts = members[index].attempts + 1
            if rejection.isRetryable && attempts < policy.maxAttempts {
                settlement.leaving[index] = .waiting(
                    Settlement.Waiting(
                        attempts: attempts, dueAt: now + policy.backoff.delay(afterTry: attempts, using: &random),
                        rejection: rejection, isRefusedAlone: false))
            } else {
                settlement.leaving[index] = .dead(rejection, attempts: attempts)
            }
        }
    }

    // MARK: The request was refused, and nothing ran

    private mutating func shrink(_ batch: Batch, _ verdict: Verdict, _ named: [Int: Rejection]) throws -> Settlement {
        var settlement = Settlement(batch: batch, fate: .settled(.shrunk), record: verdict.record)
        try reject(named.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, in: &settlement)
        let others = (0..<batch.size).filter { named[$0] == nil }
        if others.isEmpty { settlement.fate = .settled(.rejected) } else { settlement.successors = [others] }
        return settlement
    }

    private mutating func split(_ batch: Batch, _ verdict: Verdict, _ refusal: Rejection) throws -> Settlement {
        guard batch.size > 1 else { return try refuseAlone(batch, verdict, refusal) }
        var settlement = Settlement(batch: batch, fate: .settled(.split), record: verdict.record)
        let middle = batch.size / 2
        settlement.successors = [Array(0..<middle), Array(middle..<batch.size)]
        return settlement
    }

    /// A row refused alone is not condemned yet: a wrong setting would look the same.
    private mutating func refuseAlone(_ batch: Batch, _ verdict: Verdict, _ refusal: Rejection) throws -> Settlement {
        var settlement = Settlement(batch: batch, fate: .settled(.rejected), record: verdict.record)
        let member = try batch.members.decode().first
        let attempts = (member?.attempts ?? 0) + (isParkedForRows || areRefusalsCleared ? 0 : 1)
        let isEdge = if case .refusedByEdge = verdict.finding { true } else { false }
        // An edge's mood passes: its row is condemned by another's success only once it has been refused again.
        let isRefusedAlone = !isEdge || attempts > 1
        settlement.leaving[0] =
            attempts < policy.maxAttempts
            ? .waiting(
                Settlement.Waiting(
                    attempts: attempts, dueAt: now + policy.backoff.delay(afterTry: attempts, using: &random),
                    rejection: refusal, isRefusedAlone: isRefusedAlone))
            : .dead(refusal, attempts: attempts)
        if isRefusedAlone { settlement.refusedAlone = member.map { ($0.id, refusal.code) } }
        return settlement
    }

    /// The rows wait for the door to open, no attempt spent, each under its next key.
    private func giveBack(_ batch: Batch, _ verdict: Verdict) throws -> Settlement {
        var settlement = Settlement(batch: batch, fate: .settled(.returned), record: verdict.record)
        for (index, member) in try batch.members.decode().enumerated() {
            settlement.leaving[index] = .waiting(
                Settlement.Waiting(attempts: member.attempts, dueAt: now, rejection: nil, isRefusedAlone: false))
        }
        return settlement
    }

    // MARK: The batch goes on, or waits for a person

    private func again(_ batch: Batch, _ verdict: Verdict, stamp: WallTime?, after delay: Duration) -> Settlement {
        Settlement(batch: batch, fate: .sending(dueAt: now + delay, stamp: stamp), record: verdict.record)
    }

    private mutating func failed(_ batch: Batch, _ verdict: Verdict, stamp: WallTime?) -> Settlement {
        var settlement = again(batch, verdict, stamp: stamp, after: backoff(batch))
        settlement.isFailure = true
        return settlement
    }

    private func doubt(_ batch: Batch, _ verdict: Verdict) -> Settlement {
        Settlement(batch: batch, fate: .inDoubt, record: verdict.record, unproven: Set(0..<batch.size))
    }

    private mutating func backoff(_ batch: Batch) -> Duration {
        policy.backoff.delay(afterTry: batch.failures + 1, using: &random)
    }

    /// A closed door is watched by the rateLimiter; anything else backs off by itself.
    private mutating func patient(_ batch: Batch, _ verdict: Verdict, stamp: WallTime?) -> Settlement {
        switch verdict.finding {
        case .refusedForAll where !isForeign, .refusedForJourney: again(batch, verdict, stamp: stamp, after: .zero)
        default: failed(batch, verdict, stamp: stamp)
        }
    }
}
