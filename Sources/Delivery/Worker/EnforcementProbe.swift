/// Finds out whether the API enforces idempotency keys, with a request that can have no effect.
public struct EnforcementProbe: Sendable {
    /// What two requests under one key have shown.
    public enum Finding: Sendable, Equatable {
        case enforced
        case absent
        case inconclusive
    }

    let sender: any BatchSender

    /// Sends a trigger without users twice under one fresh key.
    func run(target: Target, key: String) async -> (Finding, [Answer]) {
        let apiKey = sender.apiKeyFingerprints.first
        let first = await sender.sendWithoutEffect(key: key, target: target)
        // Who is told to wait, or refused, does not ask again at once.
        guard case .response(let response) = first, response.status != 429, response.status != 401 else {
            return (.inconclusive, [first])
        }
        let second = await sender.sendWithoutEffect(key: key, target: target)
        // Keys are scoped to the API key: under two of them a request runs twice, and that proves nothing.
        let isOneKey = sender.apiKeyFingerprints.first == apiKey
        return (isOneKey ? Self.compare(first, second) : .inconclusive, [first, second])
    }

    /// The same status under different request ids means that the key was ignored; the same request id twice, or a
    /// replay header, that it was not. Anything else says nothing.
    static func compare(_ first: Answer, _ second: Answer) -> Finding {
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
