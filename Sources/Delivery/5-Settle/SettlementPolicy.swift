/// Decides what an answer does to a batch and to each of its members: a pure function of the batch, the verdict and the
/// context.
///
/// It keeps one rule: a row gets a new key only when nothing that was sent with its old key was possibly executed.
public struct SettlementPolicy {
    let policy: DeliveryPolicy
    let enforcement: Enforcement
    let onUnknown: Journey.OnUnknown
    /// Whether other requests succeed at present, so that a refusal by a proxy concerns the content of this request.
    let othersSucceed: Bool
    let now: WallTime
    /// The source of the jitter: its state after `settle` is that of the next settlement.
    public private(set) var random: SplitMix64
    /// When the request began; nil when no request was made.
    let begunAt: WallTime?
    /// Whether the API key, the URL or the version of the request is not the current one.
    let isForeign: Bool
    /// Whether the answer refuses an API key that was replaced since.
    let isRetiredKey: Bool
    /// Whether the journey is paused because its rows are refused with the same code: a row that is sent as the probe
    /// spends no attempt.
    let isParkedForRows: Bool
    /// Whether a refusal of a single row was caused by a setting that was corrected since, and not by the row.
    let areRefusalsCleared: Bool
    /// Whether the answer ended the pause of a journey whose rows were refused alike.
    let endsPark: Bool

    public init(
        policy: DeliveryPolicy, enforcement: Enforcement, onUnknown: Journey.OnUnknown, othersSucceed: Bool,
        now: WallTime, random: SplitMix64, begunAt: WallTime? = nil, isForeign: Bool = false,
        isRetiredKey: Bool = false, isParkedForRows: Bool = false, areRefusalsCleared: Bool = false,
        endsPark: Bool = false
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
        self.endsPark = endsPark
    }

    /// Decides what happens to the batch and to each of its members.
    ///
    /// Every member is at exactly one place of the settlement. Throws `DecodingError` when the members of the batch
    /// cannot be read, and `Settlement.Defect` instead of returning a settlement that would lose or double a member.
    public mutating func settle(_ batch: Batch, _ verdict: Verdict) throws -> Settlement {
        var settlement = try decide(batch, verdict)
        settlement.begunAt = begunAt
        if isParkedForRows { settlement.provesJourneyWorks = false }
        settlement.clearsRefusals = endsPark
        return try settlement.checked()
    }

    private mutating func decide(_ batch: Batch, _ verdict: Verdict) throws -> Settlement {
        let stamp = stamp(of: batch, after: verdict)
        switch verdict.finding {
        case .processed(let results): return try settleProcessed(batch, verdict, results)
        case .keyMismatch: return holdInDoubt(batch, verdict)
        case .unknown:
            return enforcement == .absent && onUnknown == .hold
                ? holdInDoubt(batch, verdict) : resendAfterBackoff(batch, verdict, stamp: stamp)
        case .inProgress(let retryAfter):
            // The wait is at least the first backoff, so that a server that gives 0 is not asked again and again.
            var settlement = resend(
                batch, verdict, stamp: stamp,
                after: max(retryAfter ?? .zero, policy.backoff.ceiling(afterTry: batch.failures + 1)))
            settlement.isFailure = retryAfter == nil
            return settlement
        case .rateLimited: return resend(batch, verdict, stamp: stamp, after: .zero)
        case .notSent: return resendAfterBackoff(batch, verdict, stamp: stamp)
        case .refusedRows, .refusedContent, .refusedByEdge, .refusedForAll, .refusedForJourney:
            // While the API refuses this API key for good, the outcome of the request cannot be learned.
            if isRetiredKey {
                return stamp != nil && onUnknown == .hold
                    ? holdInDoubt(batch, verdict) : try returnMembers(batch, verdict)
            }
            // An attempt with this key was possibly executed: the batch keeps its key and waits. Where keys are not
            // enforced, the same key proves no more than a new one, and `resend` is the operator's choice.
            let isResent = enforcement == .absent && onUnknown == .resend
            if stamp != nil && !isResent { return resendLater(batch, verdict, stamp: stamp) }
            return try refused(batch, verdict)
        }
    }

    /// Returns the time since which the request is possibly executed, after the answer.
    private func stamp(of batch: Batch, after verdict: Verdict) -> WallTime? {
        switch verdict.evidence {
        case .everyAttempt: enforcement == .enforced ? nil : batch.possiblyExecutedBefore
        case .thisAttempt: batch.possiblyExecutedBefore
        case .nothing: batch.possiblyExecutedSince
        }
    }

    /// After so many refusals by a proxy in a row a batch is split, even if no other request has succeeded.
    static let edgeRefusalsMax = 3

    /// Settles a refusal after which no attempt with these members was possibly executed.
    private mutating func refused(_ batch: Batch, _ verdict: Verdict) throws -> Settlement {
        switch verdict.finding {
        case .refusedRows(let named): return try shrink(batch, verdict, named)
        case .refusedContent(let refusal, _): return try split(batch, verdict, refusal)
        case .refusedByEdge(let refusal):
            // A split spends no attempt. A single row spends one only when other requests succeed at the same time.
            let isSplit = batch.size > 1 && batch.failures >= Self.edgeRefusalsMax - 1
            return othersSucceed || isSplit
                ? try split(batch, verdict, refusal)
                : resendAfterBackoff(batch, verdict, stamp: stamp(of: batch, after: verdict))
        default: return try returnMembers(batch, verdict)
        }
    }

    // MARK: The request was accepted

    private mutating func settleProcessed(
        _ batch: Batch, _ verdict: Verdict, _ results: [Verdict.RowResult]
    ) throws -> Settlement {
        assert(results.count == batch.size, "an accepted request has one result for each member")
        if results.allSatisfy({ $0 == .delivered }) { return delivered(batch, verdict) }
        let unproven = Set(results.indices.filter { results[$0] == .unproven })
        // Where a replay may never be allowed, what this answer proves must be stored now.
        let mayReplay = enforcement == .enforced || enforcement == .unproven && unproven.count == batch.size
        if !unproven.isEmpty && mayReplay && batch.replays < Self.replaysMax {
            var settlement = resend(batch, verdict, stamp: batch.possiblyExecutedSince, after: backoff(batch))
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

    /// How often a request is sent again because a 2xx did not prove every result; then the batch is in doubt.
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

    // MARK: The request was refused and not executed

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

    /// Settles a batch of a single row that was refused.
    ///
    /// The row is not dead yet, because a wrong setting gives the same answer.
    private mutating func refuseAlone(_ batch: Batch, _ verdict: Verdict, _ refusal: Rejection) throws -> Settlement {
        var settlement = Settlement(batch: batch, fate: .settled(.rejected), record: verdict.record)
        let member = try batch.members.decode().first
        let attempts = (member?.attempts ?? 0) + (isParkedForRows || areRefusalsCleared ? 0 : 1)
        let isEdge = if case .refusedByEdge = verdict.finding { true } else { false }
        // A refusal by a proxy can be temporary: the success of another row makes this one dead only after its second
        // refusal.
        let isCounted = !isEdge || attempts > 1
        settlement.leaving[0] =
            attempts < policy.maxAttempts
            ? .waiting(
                Settlement.Waiting(
                    attempts: attempts, dueAt: now + policy.backoff.delay(afterTry: attempts, using: &random),
                    rejection: refusal, isRefusedAlone: isCounted && !areRefusalsCleared))
            : .dead(refusal, attempts: attempts)
        if isCounted { settlement.refusedAlone = member.map { ($0.id, refusal.code) } }
        return settlement
    }

    /// Returns the members to `outbox_waiting`, where they wait for the end of the pause without spending an attempt.
    private func returnMembers(_ batch: Batch, _ verdict: Verdict) throws -> Settlement {
        try Settlement(returning: batch, at: now, record: verdict.record)
    }

    // MARK: The batch is sent again, or is in doubt

    private func resend(_ batch: Batch, _ verdict: Verdict, stamp: WallTime?, after delay: Duration) -> Settlement {
        Settlement(batch: batch, fate: .sending(dueAt: now + delay, stamp: stamp), record: verdict.record)
    }

    private mutating func resendAfterBackoff(_ batch: Batch, _ verdict: Verdict, stamp: WallTime?) -> Settlement {
        var settlement = resend(batch, verdict, stamp: stamp, after: backoff(batch))
        settlement.isFailure = true
        return settlement
    }

    private func holdInDoubt(_ batch: Batch, _ verdict: Verdict) -> Settlement {
        Settlement(batch: batch, fate: .inDoubt, record: verdict.record, unproven: Set(0..<batch.size))
    }

    private mutating func backoff(_ batch: Batch) -> Duration {
        policy.backoff.delay(afterTry: batch.failures + 1, using: &random)
    }

    /// Sends the batch again when its pause ends, or after a backoff when no pause holds it back.
    private mutating func resendLater(_ batch: Batch, _ verdict: Verdict, stamp: WallTime?) -> Settlement {
        switch verdict.finding {
        case .refusedForAll where !isForeign, .refusedForJourney: resend(batch, verdict, stamp: stamp, after: .zero)
        default: resendAfterBackoff(batch, verdict, stamp: stamp)
        }
    }
}
