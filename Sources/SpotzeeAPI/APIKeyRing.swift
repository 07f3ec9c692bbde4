import Delivery
import Synchronization

/// The API keys in memory: the current key, and replaced keys that unsettled batches still need.
///
/// The API scopes idempotency keys to the API key. A possibly executed request is therefore sent again only with the
/// API key of its first attempt. At most `retiredMax` replaced keys are kept, the latest ones.
public final class APIKeyRing: Sendable {
    static let retiredMax = 4

    private struct Entry {
        var fingerprint: String
        var secret: String

        init(_ secret: String) {
            self.secret = secret
            fingerprint = IdempotencyKey.fingerprint(ofAPIKey: secret)
        }
    }

    private let entries: Mutex<[Entry]>

    /// - Parameters:
    ///   - current: the secret of the current key.
    ///   - previous: the secret of the key before a rotation, for batches from before a restart.
    public init(current: String, previous: String? = nil) {
        entries = Mutex([current, previous].compactMap { $0 }.map(Entry.init))
    }

    /// Makes a key the current one. It returns whether the key was not the current one before.
    public func rotate(to secret: String) -> Bool {
        let new = Entry(secret)
        return entries.withLock { entries in
            guard entries.first?.fingerprint != new.fingerprint else { return false }
            entries.removeAll { $0.fingerprint == new.fingerprint }
            entries = [new] + entries.prefix(Self.retiredMax)
            return true
        }
    }

    /// The fingerprints of the keys, the current key first.
    public var fingerprints: [String] {
        entries.withLock { $0.map(\.fingerprint) }
    }

    /// The secret of the key with this fingerprint; nil when the key is not in memory.
    func secret(for fingerprint: String) -> String? {
        entries.withLock { $0.first { $0.fingerprint == fingerprint }?.secret }
    }

    var current: String? {
        entries.withLock { $0.first?.secret }
    }
}
