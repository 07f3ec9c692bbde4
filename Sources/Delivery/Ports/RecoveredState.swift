/// What a predecessor left: its open batches, its pauses and what it had learned.
public struct RecoveredState: Sendable {
    public var batches: [Batch]
    public var pauses: [Pause]
    public var enforcement: EnforcementFinding?
    /// The body limit that a 413 taught.
    public var bodyBytesMax: Int?
    /// How far the outbox has come, the fence raised.
    public var marks = Marks()
    /// When the latest requests left, as far as that is known.
    public var recentRequests: [WallTime] = []
    /// The rate limit that refusals taught, in requests per second.
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
