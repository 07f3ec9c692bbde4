import Delivery
import Synchronization

/// The API keys at hand: the current one, and those that requests already sent still belong to.
///
/// Idempotency keys are scoped to the API key, so a request that may have run is sent again only under the key it was
/// first sent with; a replaced key is kept in memory for that, at most `retiredMax` of them.
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

    /// - Parameter previous: the key before a rotation that a restart fell into.
    public init(current: String, previous: String? = nil) {
        entries = Mutex([current, previous].compactMap { $0 }.map(Entry.init))
    }

    /// Makes another key the current one; true when it is another.
    public func rotate(to secret: String) -> Bool {
        let new = Entry(secret)
        return entries.withLock { entries in
            guard entries.first?.fingerprint != new.fingerprint else { return false }
            entries.removeAll { $0.fingerprint == new.fingerprint }
            entries = [new] + entries.prefix(Self.retiredMax)
            return true
        }
    }

    /// The fingerprints, the current key's first.
    public var fingerprints: [String] {
        entries.withLock { $0.map(\.fingerprint) }
    }

    func secret(for fingerprint: String) -> String? {
        entries.withLock { $0.first { $0.fingerprint == fingerprint }?.secret }
    }

    var current: String? {
        entries.withLock { $0.first?.secret }
    }
}
