/// The settings of the connection to the Spotzee API.
public struct APISettings: Sendable, Equatable {
    /// The base URL without a trailing slash. It is https; plain http is allowed to the loopback interface only.
    public var url: String
    /// The API release that is sent as `Spotzee-Version`, in the form `YYYY-MM-DD`.
    public var version: String
    /// Where the secret key is read. Every read opens the source again.
    public var key: APIKeySource
    /// Where the key before a rotation is read. It is used for the batches that were first sent with it.
    public var previousKey: APIKeySource?
    /// Whether the worker may rely on idempotency keys.
    public var idempotency: IdempotencyMode
    /// The rate limits that requests must keep, one for each window length. An empty list means no limit.
    public var rateLimits: [RateLimitSetting]

    /// Creates settings with the default values, except for the keys.
    public init(key: APIKeySource, previousKey: APIKeySource? = nil) {
        self.key = key
        self.previousKey = previousKey
        url = Keys.url.standard
        version = Keys.version.standard
        idempotency = Keys.idempotency.standard
        rateLimits = Keys.rate.standard
    }
}

/// One configured rate limit: the most requests in any window of a given length.
public struct RateLimitSetting: Sendable, Equatable {
    /// The most requests in one window, at least 1.
    public var requests: Int
    /// The length of the window.
    public var window: Duration

    public init(requests: Int, per window: Duration) {
        self.requests = requests
        self.window = window
    }
}

/// Whether the project enforces the `Idempotency-Key` header.
public enum IdempotencyMode: String, Sendable, CaseIterable {
    /// The worker finds out by probes.
    case auto
    /// The API enforces keys: a request that may have been executed is sent again with the same key.
    case enforced
    /// The API ignores keys: a request that may have been executed is in doubt and not sent again.
    case absent
}
