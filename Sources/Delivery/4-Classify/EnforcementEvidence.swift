/// What two requests without effect under one key have shown about the enforcement of idempotency keys.
public enum EnforcementEvidence: Sendable, Equatable {
    case enforced
    case absent
    case inconclusive

    /// Compares the two answers.
    ///
    /// The same status under different request ids means that the key was ignored. The same request id twice, or a
    /// replay header, means that it was not. Anything else says nothing.
    init(_ first: Answer, _ second: Answer) {
        self = Self.compare(first, second)
    }

    private static func compare(_ first: Answer, _ second: Answer) -> EnforcementEvidence {
        guard case .response(let one) = first, case .response(let two) = second else { return .inconclusive }
        if one.isReplayed || two.isReplayed { return .enforced }
        guard isFromBehindTheCache(one), isFromBehindTheCache(two), one.status == two.status,
            Problem(one)?.code == Problem(two)?.code, let a = one.requestID, let b = two.requestID
        else { return .inconclusive }
        return a == b ? .enforced : .absent
    }

    private static func isFromBehindTheCache(_ response: Response) -> Bool {
        if (200..<300).contains(response.status) { return true }
        guard let problem = Problem(response), !problem.concernsHeader else { return false }
        return [400, 404, 409, 422].contains(response.status) && !problem.code.hasPrefix("idempotency_")
    }
}
