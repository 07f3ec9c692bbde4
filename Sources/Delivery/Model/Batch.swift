/// One frozen request under one idempotency key: its exact bytes, where they go, and what may have come of them.
///
/// Everything but the attempt and its stamps is fixed when the batch is frozen; the schema refuses a change.
public struct Batch: Sendable, Identifiable {
    public let id: Int64
    public let journey: String
    public let key: String
    public let target: Target
    /// Which API key the request belongs to; idempotency keys are scoped to it.
    public let apiKeyFingerprint: String
    public let traceparent: String?
    /// The batch this one was split or shrunk from.
    public let parent: Int64?
    public let size: Int
    public let body: [UInt8]
    public let members: MemberList
    public let frozenAt: WallTime

    /// Requests begun under this key.
    public var attempt: Int
    /// The earliest attempt that nothing proves to have had no effect.
    public var possiblyExecutedSince: WallTime?
    /// `possiblyExecutedSince` as it was before the latest attempt: what a proof about that attempt restores.
    public var possiblyExecutedBefore: WallTime?
    /// How often a 2xx that proved too little was asked for again.
    public var replays: Int
    /// Attempts in a row that ended with the worker's own end, as its successor found them.
    public var crashes: Int
    /// Silences in a row since this worker has known the batch: what its backoff grows by.
    var failures = 0

    /// So many workers have ended while the request was under way that it may be the cause.
    static let suspectAfter = 3
    var isSuspect: Bool { crashes >= Self.suspectAfter }

    public init(
        id: Int64, journey: String, key: String, target: Target, apiKeyFingerprint: String, traceparent: String?,
        parent: Int64?, size: Int, body: [UInt8], members: MemberList, frozenAt: WallTime, attempt: Int,
        possiblyExecutedSince: WallTime?, possiblyExecutedBefore: WallTime?, replays: Int, crashes: Int = 0
    ) {
        self.id = id
        self.journey = journey
        self.key = key
        self.target = target
        self.apiKeyFingerprint = apiKeyFingerprint
        self.traceparent = traceparent
        self.parent = parent
        self.size = size
        self.body = body
        self.members = members
        self.frozenAt = frozenAt
        self.attempt = attempt
        self.possiblyExecutedSince = possiblyExecutedSince
        self.possiblyExecutedBefore = possiblyExecutedBefore
        self.replays = replays
        self.crashes = crashes
    }
}
