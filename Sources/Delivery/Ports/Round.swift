/// Everything that the store writes in one transaction.
public struct Round: Sendable {
    /// The wall time of this machine.
    public var now: WallTime
    /// The time by the trusted clock: the stamp of the attempts that this round begins.
    public var trustedTime: WallTime
    public var pauses: [PauseChange] = []
    public var settlements: [Settlement] = []
    /// The open batches whose next attempt begins.
    public var resumes: [Batch] = []
    public var claims: [ClaimRequest] = []
    public var enforcement: EnforcementFinding?
    public var bodyBytesMax: BodyLimitChange?
    /// The rate limit that was learned from refusals, in requests per second; 0 means that there is none any more.
    public var learnedLimit: Double?
    public var clock: ClockMark?
    /// How many requests without a batch leave once the round is committed; a worker that takes over counts them too.
    public var extraRequests = 0
    /// The latest time until which a row may wait. A row that waits longer was written before the clock was set back,
    /// and becomes due now.
    public var waitsEnd: WallTime?
    /// What happens to later intents of a dead intent's ordering key, by journey; empty when the database holds it
    /// already.
    public var onDead: [String: Journey.OnDead] = [:]

    public init(now: WallTime, trustedTime: WallTime) {
        self.now = now
        self.trustedTime = trustedTime
    }

    var isEmpty: Bool {
        pauses.isEmpty && settlements.isEmpty && resumes.isEmpty && claims.isEmpty && enforcement == nil
            && bodyBytesMax == nil && learnedLimit == nil && clock == nil && extraRequests == 0 && waitsEnd == nil
            && onDead.isEmpty
    }
}

/// A change to the largest request body that a 413 has left.
public enum BodyLimitChange: Sendable, Equatable {
    /// The largest body in bytes from now on.
    case learned(Int)
    /// The limit is forgotten.
    case forgotten
}
