import Foundation

/// What mutants of sending make of a frozen request.
extension Batch {
    func copy(fingerprint: String? = nil, target: Target? = nil, body: [UInt8]? = nil) -> Batch {
        Batch(
            id: id, journey: journey, key: key, target: target ?? self.target,
            apiKeyFingerprint: fingerprint ?? apiKeyFingerprint, traceparent: traceparent, parent: parent, size: size,
            body: body ?? self.body, members: members, frozenAt: frozenAt, attempt: attempt,
            possiblyExecutedSince: possiblyExecutedSince, possiblyExecutedBefore: possiblyExecutedBefore,
            replays: replays,
            crashes: crashes)
    }

    /// The body, decoded and encoded anew.
    var reencodedBody: [UInt8] {
        do {
            let value = try JSONSerialization.jsonObject(with: Data(body))
            return Array(try JSONSerialization.data(withJSONObject: value))
        } catch {
            return body
        }
    }
}
