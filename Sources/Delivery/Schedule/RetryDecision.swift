/// Decides what to do with an open batch that is due: a pure function of the batch and the context.
struct RetryDecision {
    enum Decision {
        /// The next attempt may begin.
        case send
        /// The batch stays frozen until a pause ends.
        case wait
        /// It must first be learned whether idempotency keys are enforced.
        case learnEnforcement
        /// The age of the request must first be learned.
        case learnTime
        /// The batch ends and is not sent with this key again.
        case end(Settlement)
    }

    let enforcement: Enforcement
    let onUnknown: Journey.OnUnknown
    let unknownAfter: Duration
    let fingerprints: [String]
    let everything: PauseRegistry.Gate
    let journey: PauseRegistry.Gate
    let isPausedBriefly: Bool
    let now: WallTime
    /// The time of the trusted clock, by which ages are counted.
    let trustedTime: WallTime
    /// Whether a previous worker may have sent the batch.
    let isInherited: Bool
    /// Whether the age of the batch is known only after the API has told the time.
    let needsTime: Bool
    /// Whether the wall clock was behind the stored mark at the start, and the API has not told the time since.
    let isClockAdrift: Bool
    /// Where requests of the journey go now; nil when the journey is no longer configured.
    let target: Target?

    /// A batch whose attempts have ended with so many crashes of the worker is in doubt, whatever the journey's policy.
    static let crashesMax = 8

    /// Throws `DecodingError` when the members of the batch cannot be read.
    func decide(_ batch: Batch) throws -> Decision {
        guard let stamp = batch.possiblyExecutedSince else { return try decideNotExecuted(batch) }
        if batch.crashes >= Self.crashesMax { return try holdInDoubt(batch, code: "worker_crashed") }
        if trustedTime - stamp >= unknownAfter { return try unknown(batch, code: "unknown_after") }
        guard fingerprints.contains(batch.apiKeyFingerprint) else {
            return try unknown(batch, code: "api_key_gone")
        }
        switch enforcement {
        case .absent where onUnknown == .hold || batch.replays > 0:
            return try unknown(batch, code: "idempotency_absent")
        case _ where needsTime: return everything == .blocked ? .wait : .learnTime
        case _ where isInherited && isClockAdrift: return try unknown(batch, code: "clock_went_back")
        case .unproven: return everything == .blocked ? .wait : .learnEnforcement
        case .absent, .enforced: return everything == .blocked || journey == .blocked ? .wait : .send
        }
    }

    /// Decides about a batch that was not executed: a pause or another API key ends it, and its rows wait without a batch.
    private func decideNotExecuted(_ batch: Batch) throws -> Decision {
        guard batch.apiKeyFingerprint == fingerprints.first else {
            return try returnMembers(batch, code: "api_key_changed")
        }
        guard batch.target == target else { return try returnMembers(batch, code: "target_changed") }
        if everything == .blocked && journey != .blocked && isPausedBriefly { return .wait }
        if everything == .blocked || journey == .blocked { return try returnMembers(batch, code: "paused") }
        return .send
    }

    private func unknown(_ batch: Batch, code: String) throws -> Decision {
        // After a 2xx that did not prove every result, members may be delivered already. The journey's policy concerns
        // only requests without an answer.
        onUnknown == .resend && batch.replays == 0
            ? try returnMembers(batch, code: code) : try holdInDoubt(batch, code: code)
    }

    private func holdInDoubt(_ batch: Batch, code: String) throws -> Decision {
        let settlement = Settlement(
            batch: batch, fate: .inDoubt, record: AnswerRecord(code: code), unproven: Set(0..<batch.size))
        return .end(try settlement.checked())
    }

    private func returnMembers(_ batch: Batch, code: String) throws -> Decision {
        .end(try Settlement(returning: batch, at: now, record: AnswerRecord(code: code)).checked())
    }
}
