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
    public var rateLimits: [RateLimit]

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
