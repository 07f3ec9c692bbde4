/// A permit to claim: so many batches of one journey, under the limits in force.
public struct ClaimRequest: Sendable {
    public var journey: Journey
    public var target: Target
    public var apiKeyFingerprint: String
    /// At most this many batches.
    public var batches: Int
    /// At most this many intents in one batch; 1 in the shape of one request per user.
    public var rowsMax: Int
    /// At most this many bytes of body, unless a single intent needs more.
    public var bodyBytesMax: Int
    /// How long a partial batch waits for company, from its first intent's commit.
    public var linger: Duration

    public init(
        journey: Journey, target: Target, apiKeyFingerprint: String, batches: Int, rowsMax: Int, bodyBytesMax: Int,
        linger: Duration
    ) {
        self.journey = journey
        self.target = target
        self.apiKeyFingerprint = apiKeyFingerprint
        self.batches = batches
        self.rowsMax = target.entrance == nil ? rowsMax : 1
        self.bodyBytesMax = bodyBytesMax
        self.linger = target.entrance == nil ? linger : .zero
    }
}
