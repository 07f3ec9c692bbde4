/// How intents are batched, sent and tried again.
public struct DeliverySettings: Sendable, Equatable {
    /// The most rows in one request, 1…100.
    public var batchSize: Int
    /// The most bytes in one request's body.
    public var batchBytesMax: Int
    /// The most requests under way at once.
    public var connections: Int
    /// How long a first row waits for a fuller batch.
    public var linger: Duration
    /// How long an answer may take.
    public var requestTimeout: Duration
    public var backoff: BackoffSettings
    /// The number of requests after which a row is dead, the first included.
    public var attemptsMax: Int
    /// The age of a possibly executed batch from which it is in doubt instead of sent again.
    public var unknownAfter: Duration

    /// Makes settings with the defaults.
    public init() {
        batchSize = Keys.batchSize.standard
        batchBytesMax = Keys.batchBytes.standard
        connections = Keys.connections.standard
        linger = Keys.linger.standard
        requestTimeout = Keys.requestTimeout.standard
        backoff = BackoffSettings()
        attemptsMax = Keys.maxAttempts.standard
        unknownAfter = Keys.unknownAfter.standard
    }
}

/// The bounds of the growing wait between attempts.
public struct BackoffSettings: Sendable, Equatable {
    /// The first wait's upper end; never above `max`.
    public var initial: Duration
    /// What no wait exceeds.
    public var max: Duration

    /// Makes a backoff with the defaults.
    public init() {
        initial = Keys.backoffInitial.standard
        max = Keys.backoffMax.standard
    }
}
