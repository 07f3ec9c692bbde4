/// How the Spotzee API is reached.
public struct APISettings: Sendable, Equatable {
    /// The base URL without a trailing slash: https, or plain http to the loopback only.
    public var url: String
    /// The release sent as `Spotzee-Version`, `YYYY-MM-DD`.
    public var version: String
    /// Where the secret key is read, at every read anew.
    public var key: APIKeySource
    /// Where the key before a rotation is read: it serves batches first sent under it.
    public var previousKey: APIKeySource?
    public var idempotency: IdempotencyMode
    /// The windows that requests keep within; empty means unlimited.
    public var rateLimits: [RateLimitSetting]

    /// Makes settings with the defaults for everything but the key.
    public init(key: APIKeySource, previousKey: APIKeySource? = nil) {
        self.key = key
        self.previousKey = previousKey
        url = Keys.url.standard
        version = Keys.version.standard
        idempotency = Keys.idempotency.standard
        rateLimits = Keys.rate.standard
    }
}

/// A number of requests allowed in any window of a given length.
public struct RateLimitSetting: Sendable, Equatable {
    /// At least 1.
    public var requests: Int
    /// The length of the window.
    public var window: Duration

    public init(requests: Int, per window: Duration) {
        self.requests = requests
        self.window = window
    }
}

/// Whether the project honours `Idempotency-Key`.
public enum IdempotencyMode: String, Sendable, CaseIterable {
    /// The worker finds out.
    case auto
    /// It does: what may have run is sent again under the same key.
    case enforced
    /// It does not: what may have run is in doubt.
    case absent
}
