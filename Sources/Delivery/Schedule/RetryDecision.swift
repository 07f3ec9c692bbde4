/// Decides what to do with an open batch whose time has come: a pure function of the batch and of what is known.
struct RetryDecision {
    enum Decision {
        case send
        /// The batch stays as it is until a pause ends.
        case wait
        /// Whether keys are enforced has to be known first.
        case learnEnforcement
        /// How old the request is has to be known first.
        case learnTime
        /// It will not be sent under this key again.
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
    /// The time by the trusted clock, which ages are counted by.
    let trustedTime: WallTime
    /// An earlier worker may have sent the batch.
    let isInherited: Bool
    /// The batch's age is not known before the API has told the time.
    let needsTime: Bool
    let isClockAdrift: Bool
    /// Where the journey's requests go now; nil when it is not configured any more.
    let target: Target?

    /// A batch that has ended so many workers without an answer is left to an operator, whatever the journey's policy.
    static let crashesMax = 8

    func decide(_ batch: Batch) throws -> Decision {
        guard let stamp = batch.possiblyExecutedSince else { return try decideUntried(batch) }
        if batch.crashes >= Self.crashesMax { return doubt(batch, code: "worker_crashed") }
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

    /// Nothing under its key has run: a pause or another API key ends the batch, and its rows wait unfrozen.
    private func decideUntried(_ batch: Batch) throws -> Decision {
        guard batch.apiKeyFingerprint == fingerprints.first else {
            return .end(try giveBack(batch, code: "api_key_changed"))
        }
        guard batch.target == target else { return .end(try giveBack(batch, code: "target_changed")) }
        if everything == .blocked && journey != .blocked && isPausedBriefly { return .wait }
        if everything == .blocked || journey == .blocked { return .end(try giveBack(batch, code: "paused")) }
        return .send
    }

    private func unknown(_ batch: Batch, code: String) throws -> Decision {
        // Rows that a 2xx did not speak of may be entered already: the journey's policy is about requests without answer.
        onUnknown == .resend && batch.replays == 0 ? .end(try giveBack(batch, code: code)) : doubt(batch, code: code)
    }

    private func doubt(_ batch: Batch, code: String) -> Decision {
        .end(
            Settlement(
                batch: batch, fate: .inDoubt, record: AnswerRecord(code: code), unproven: Set(0..<batch.size)))
    }

    private func giveBack(_ batch: Batch, code: String) throws -> Settlement {
        var settlement = Settlement(batch: batch, fate: .settled(.returned), record: AnswerRecord(code: code))
        for (index, member) in try batch.members.decode().enumerated() {
            settlement.leaving[index] = .waiting(
                Settlement.Waiting(attempts: member.attempts, dueAt: now, rejection: nil, isRefusedAlone: false))
        }
        return settlement
    }
}
