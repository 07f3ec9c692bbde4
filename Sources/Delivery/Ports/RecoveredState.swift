/// What a worker finds in the database when it takes over: the open batches, the pauses and what was learned.
public struct RecoveredState: Sendable {
    /// The batches in the state `sending`.
    public var batches: [Batch]
    public var pauses: [Pause]
    public var enforcement: EnforcementFinding?
    /// The largest request body in bytes that a 413 has left; nil when none was refused as too large.
    public var bodyBytesMax: Int?
    /// The high-water marks of the database, with the fencing number already raised.
    public var marks = Marks()
    /// When the latest requests left, as far as the database shows it; the rate windows continue from them.
    public var recentRequests: [WallTime] = []
    /// The rate limit that was learned from refusals, in requests per second.
    public var learnedLimit: Double?
    public var clock: ClockMark?

    public init(
        batches: [Batch], pauses: [Pause], enforcement: EnforcementFinding?, bodyBytesMax: Int?,
        learnedLimit: Double? = nil, clock: ClockMark?
    ) {
        self.batches = batches
        self.pauses = pauses
        self.enforcement = enforcement
        self.bodyBytesMax = bodyBytesMax
        self.learnedLimit = learnedLimit
        self.clock = clock
    }
}
