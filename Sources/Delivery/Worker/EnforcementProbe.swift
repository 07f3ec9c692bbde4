/// Finds out whether the API enforces idempotency keys, with a request that can have no effect.
struct EnforcementProbe: Sendable {
    let sender: any BatchSender

    /// Sends a trigger without users twice under one fresh key.
    ///
    /// - Returns: what the answers have shown, and the answers, of which there is one where the first ends the probe.
    func run(target: Target, key: String) async -> (EnforcementEvidence, [Answer]) {
        let apiKey = sender.apiKeyFingerprints.first
        let first = await sender.sendWithoutEffect(key: key, target: target)
        // A worker that is told to wait, or is refused, does not ask again at once.
        guard case .response(let response) = first, response.status != 429, response.status != 401 else {
            return (.inconclusive, [first])
        }
        let second = await sender.sendWithoutEffect(key: key, target: target)
        // Idempotency keys are scoped to the API key: under two of them a request runs twice, and that proves nothing.
        let isOneKey = sender.apiKeyFingerprints.first == apiKey
        return (isOneKey ? EnforcementEvidence(first, second) : .inconclusive, [first, second])
    }
}
