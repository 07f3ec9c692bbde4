/// The rules for a batch whose outcome is unknown, as pure functions. The worker's own code can mirror them line by line.
///
/// `next` says what is done while nothing is under way; `after` takes in an answer and may decide at once.
public struct KeyRules: Sendable {
    /// How many edge refusals in a row let the worker ask by itself. The smallest number allows the most schedules.
    public var edgeRefusalsMin: UInt8 = 1
    public var askedMax: UInt8 = 3
    /// A premise that is left out, to show that it is needed.
    public var dropped: Premise?

    public init(dropped: Premise? = nil) { self.dropped = dropped }

    private func holds(_ premise: Premise) -> Bool { dropped != premise }

    /// Whether a key whose harmless request is answered by its replay belongs to that request for good.
    public func isBinding(_ facts: KeyFacts) -> Bool {
        facts.isReplayed && (facts.isMismatched || !holds(.rehearsalMismatch))
    }

    /// Whether a fresh refusal of the harmless body says that the API does not know the key.
    public func isTelling(_ facts: KeyFacts) -> Bool { facts.isControlProven || !holds(.control) }

    // MARK: What is done next

    public func next(_ facts: KeyFacts) -> KeyDecision {
        guard facts.sent > 0 else { return .send }
        if !facts.isEnforced, holds(.enforcedKeys) { return .inDoubt }
        if facts.isFreshlyRefused { return facts.isQuiet ? .free : .waitForQuiet }
        guard mayAsk(facts) else { return .send }
        if needsQuiet(facts), holds(.quietBeforeTheQuestion) { return .waitForQuiet }
        return .ask
    }

    private func needsQuiet(_ facts: KeyFacts) -> Bool { !isBinding(facts) && !facts.isQuiet && holds(.quiet) }

    private func mayAsk(_ facts: KeyFacts) -> Bool {
        guard facts.asked < askedMax, !facts.isKnown, !facts.wasRefused else { return false }
        guard facts.isEnforced || !holds(.enforcedKeys), isBinding(facts) || isTelling(facts) else { return false }
        if facts.isOrdered || !holds(.onlyAfterEdgeRefusals) { return true }
        return facts.onlyEdgeRefusals && facts.sent >= edgeRefusalsMin
    }

    // MARK: What an answer means

    /// Takes in the answer to one of the two bodies; nil when the batch goes on as `next` says.
    public func after(_ answer: KeyAnswer, to body: KeyBody, _ facts: inout KeyFacts) -> KeyDecision? {
        switch body {
        case .request: afterRequest(answer, &facts)
        case .harmless: afterHarmless(answer, &facts)
        }
    }

    private func afterRequest(_ answer: KeyAnswer, _ facts: inout KeyFacts) -> KeyDecision? {
        let isFirst = facts.sent == 1
        if answer != .edgeRefusal { facts.onlyEdgeRefusals = false }
        switch answer {
        case .accepted, .acceptedReplayed: return .delivered
        case .refused:
            if isFirst || !holds(.refusalReplayed) { return .free }
            facts.wasRefused = true
        case .refusedReplayed: return .free
        case .mismatch:
            guard facts.isBurned else { return .inDoubt }
            // The key belongs to the harmless body. It is asked again, and its replay will free the rows.
            (facts.onlyEdgeRefusals, facts.isKnown) = (true, false)
        case .edgeRefusal, .edgeError, .silence:
            if facts.isKnown { return .answerWithheld }
            if answer == .edgeRefusal, !holds(.deliveredByOwnAnswer) { return .delivered }
        case .inProgress, .ownError, .refusedInFront: break
        }
        return nil
    }

    private func afterHarmless(_ answer: KeyAnswer, _ facts: inout KeyFacts) -> KeyDecision? {
        switch answer {
        case .refusedReplayed: return isBinding(facts) ? .free : nil
        case .refused: return fresh(&facts)
        case .refusedInFront: return holds(.rehearsedCode) ? nil : fresh(&facts)
        case .mismatch:
            guard holds(.mismatchIsKnown) else { return .free }
            facts.isKnown = true
            return nil
        case .inProgress: return holds(.inProgressWaits) ? nil : .free
        case .edgeRefusal: return holds(.ownAnswersOnly) ? nil : .free
        case .accepted, .acceptedReplayed, .ownError, .edgeError, .silence: return nil
        }
    }

    /// What a fresh refusal of the harmless body means. Where the rehearsal is binding, the next question shows its replay.
    private func fresh(_ facts: inout KeyFacts) -> KeyDecision? {
        guard !isBinding(facts), isTelling(facts) else { return nil }
        guard needsQuiet(facts) else { return .free }
        facts.isFreshlyRefused = true
        return nil
    }
}
