/// The limits and delays that an operator configures.
///
/// Each has a default. The configuration checks the range of each before it is used here.
public struct DeliveryPolicy: Sendable, Equatable {
    /// The largest number of intents in one request.
    public var batchSize: Int
    /// The largest request body in bytes.
    public var bodyBytesMax: Int
    /// The largest number of requests under way at the same time.
    public var connections: Int
    /// How long a batch that is not full waits for further intents, from the commit of its first intent.
    public var linger: Duration
    public var backoff: Backoff
    /// How many requests are made for an intent that is rejected with a retryable code, the first included.
    public var maxAttempts: Int
    /// The age at which a request that was possibly executed is no longer sent again under its key.
    public var unknownAfter: Duration
    /// How long the records of delivered, dead and cancelled intents are kept.
    public var retention: Duration

    public init(
        batchSize: Int = 100, bodyBytesMax: Int = 1 << 20, connections: Int = 8, linger: Duration = .milliseconds(20),
        backoff: Backoff = Backoff(), maxAttempts: Int = 5, unknownAfter: Duration = .seconds(22 * 3600),
        retention: Duration = .seconds(7 * 86400)
    ) {
        self.batchSize = batchSize
        self.bodyBytesMax = bodyBytesMax
        self.connections = connections
        self.linger = linger
        self.backoff = backoff
        self.maxAttempts = maxAttempts
        self.unknownAfter = unknownAfter
        self.retention = retention
    }
}
