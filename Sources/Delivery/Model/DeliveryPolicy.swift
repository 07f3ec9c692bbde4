/// The limits and delays that a person sets; every one has a default and a checked range in the configuration.
public struct DeliveryPolicy: Sendable, Equatable {
    /// Intents in one request, at most.
    public var batchSize: Int
    /// Bytes in one request body, at most.
    public var bodyBytesMax: Int
    public var connections: Int
    public var linger: Duration
    public var backoff: Backoff
    /// Requests for one user that is rejected for now, the first included.
    public var maxAttempts: Int
    /// The age at which a request that may have run is no longer sent again under its key.
    public var unknownAfter: Duration
    /// How long records of what has ended are kept.
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
