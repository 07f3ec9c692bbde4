/// What two requests without effect under one idempotency key have shown about the enforcement of such keys.
public enum EnforcementEvidence: Sendable, Equatable {
    case enforced
    case absent
    case inconclusive

    /// Compares the two answers.
    ///
    /// The same status with different request ids means that the API ran both requests and ignores the key. The same
    /// request id twice, or a replay header, means that keys are enforced. Any other pair proves nothing.
    init(_ first: Answer, _ second: Answer) {
        self = Self.compare(first, second)
    }

    private static func compare(_ first: Answer, _ second: Answer) -> EnforcementEvidence {
        guard case .response(let one) = first, case .response(let two) = second else { return .inconclusive }
        if one.isReplayed || two.isReplayed { return .enforced }
        guard isExecuted(one), isExecuted(two), one.status == two.status,
            Problem(one)?.code == Problem(two)?.code, let a = one.requestID, let b = two.requestID
        else { return .inconclusive }
        return a == b ? .enforced : .absent
    }

    /// Whether the request was executed, or validated, after the API had looked its key up.
    private static func isExecuted(_ response: Response) -> Bool {
        if (200..<300).contains(response.status) { return true }
        guard let problem = Problem(response), !problem.concernsHeader else { return false }
        return [400, 404, 409, 422].contains(response.status) && !problem.code.hasPrefix("idempotency_")
    }
}
