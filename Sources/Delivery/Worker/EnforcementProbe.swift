/// Finds out whether the API enforces idempotency keys, with requests that have no effect.
struct EnforcementProbe: Sendable {
    let sender: any BatchSender

    /// Sends a trigger without users twice with the same new key.
    ///
    /// - Returns: what the answers prove, and the answers; there is only one answer when the first ends the probe.
    func run(target: Target, key: String) async -> (EnforcementEvidence, [Answer]) {
        let apiKey = sender.apiKeyFingerprints.first
        let first = await sender.sendWithoutEffect(key: key, target: target)
        // After a 429 or a 401 the second request is not sent.
        guard case .response(let response) = first, response.status != 429, response.status != 401 else {
            return (.inconclusive, [first])
        }
        let second = await sender.sendWithoutEffect(key: key, target: target)
        // Idempotency keys are scoped to the API key: with two API keys the request is executed twice, which proves nothing.
        let isOneKey = sender.apiKeyFingerprints.first == apiKey
        return (isOneKey ? EnforcementEvidence(first, second) : .inconclusive, [first, second])
    }
}
