/// Everything that one transaction is to do.
public struct Round: Sendable {
    public var now: WallTime
    /// The time by the worker's reckoning, which is what a request is stamped with before it leaves.
    public var trustedTime: WallTime
    public var pauses: [PauseChange] = []
    public var settlements: [Settlement] = []
    /// Batches whose next attempt begins.
    public var resumes: [Batch] = []
    public var claims: [ClaimRequest] = []
    public var enforcement: EnforcementFinding?
    public var bodyBytesMax: BodyLimitChange?
    /// The rate limit that refusals taught, in requests per second; 0 is none.
    public var learnedLimit: Double?
    public var clock: ClockMark?
    /// Requests beside the batches' own that leave once the round is committed, so that a successor counts them.
    public var extraRequests = 0
    /// No row waits for longer than this by right; one that does was told so by a clock that has gone back since.
    public var waitsEnd: WallTime?
    /// What the configuration says about dead letters, by journey; only when it is new to the database.
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

/// A change to the body limit that a 413 taught.
public enum BodyLimitChange: Sendable, Equatable {
    case learned(Int)
    case forgotten
}
