/// How intents are batched, sent and retried.
public struct DeliverySettings: Sendable, Equatable {
    /// The most intents in one request, 1…100.
    public var batchSize: Int
    /// The most bytes in one request's body.
    public var batchBytesMax: Int
    /// The most requests in flight at the same time.
    public var connections: Int
    /// How long the first intent of a batch waits for more intents.
    public var linger: Duration
    /// How long a request waits for the whole answer.
    public var requestTimeout: Duration
    /// The bounds of the wait between attempts.
    public var backoff: BackoffSettings
    /// The number of requests, the first included, after which an intent becomes a dead letter.
    public var attemptsMax: Int
    /// The age from which a possibly executed batch is in doubt and no longer sent again.
    public var unknownAfter: Duration

    /// Creates settings with the default values.
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

/// The bounds of the wait between attempts, which grows with each attempt.
public struct BackoffSettings: Sendable, Equatable {
    /// The upper bound of the first wait. It is at most `max`.
    public var initial: Duration
    /// The upper bound of every wait.
    public var max: Duration

    /// Creates a backoff with the default bounds.
    public init() {
        initial = Keys.backoffInitial.standard
        max = Keys.backoffMax.standard
    }
}
