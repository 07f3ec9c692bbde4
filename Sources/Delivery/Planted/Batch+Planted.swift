import Foundation

/// What bugs in sending would make of a frozen request.
extension Batch {
    func spoiled(as current: Dispatcher) -> Batch {
        if planted(.rotatedKey), let fingerprint = current.fingerprints.first { return copy(fingerprint: fingerprint) }
        if planted(.retargeted), let journey = current.journey(named: journey) {
            return copy(target: current.configuration.target(of: journey))
        }
        if planted(.bodyReencoded), attempt > 1 { return copy(body: Self.reencoded(body)) }
        return self
    }

    private static func reencoded(_ body: [UInt8]) -> [UInt8] {
        do {
            let value = try JSONSerialization.jsonObject(with: Data(body))
            return Array(try JSONSerialization.data(withJSONObject: value))
        } catch {
            return body
        }
    }

    private func copy(fingerprint: String? = nil, target: Target? = nil, body: [UInt8]? = nil) -> Batch {
        Batch(
            id: id, journey: journey, key: key, target: target ?? self.target,
            apiKeyFingerprint: fingerprint ?? apiKeyFingerprint, traceparent: traceparent, parent: parent, size: size,
            body: body ?? self.body, members: members, frozenAt: frozenAt, attempt: attempt,
            possiblyExecutedSince: possiblyExecutedSince, stampBefore: stampBefore, replays: replays,
            unanswered: unanswered)
    }
}
