/// What the store may claim in one round: a number of batches of one journey, under the limits in force.
///
/// When each request carries one user, a batch has one row and does not wait for further intents.
public struct ClaimRequest: Sendable {
    public var journey: Journey
    public var target: Target
    public var apiKeyFingerprint: String
    /// The largest number of batches; at least 1.
    public var batches: Int
    /// The largest number of intents in one batch; at least 1.
    public var rowsMax: Int
    /// The largest body in bytes. A batch of a single intent may be larger.
    public var bodyBytesMax: Int
    /// How long a batch that is not full waits for further intents, from the commit of its first intent.
    public var linger: Duration

    public init(
        journey: Journey, target: Target, apiKeyFingerprint: String, batches: Int, rowsMax: Int, bodyBytesMax: Int,
        linger: Duration
    ) {
        assert(batches > 0, "a claim takes at least one batch")
        assert(rowsMax > 0 && bodyBytesMax > 0, "a batch has room for at least one intent")
        self.journey = journey
        self.target = target
        self.apiKeyFingerprint = apiKeyFingerprint
        self.batches = batches
        self.rowsMax = target.entrance == nil ? rowsMax : 1
        self.bodyBytesMax = bodyBytesMax
        self.linger = target.entrance == nil ? linger : .zero
    }
}
