/// One frozen request under one idempotency key: its exact bytes, its target, and what is known of its attempts.
///
/// Everything but the attempt, its stamps and its counts is fixed when the batch is frozen. A trigger of the schema
/// (`outbox_batch_frozen`) refuses any other change.
public struct Batch: Sendable, Identifiable {
    public let id: Int64
    public let journey: String
    /// The idempotency key.
    public let key: String
    public let target: Target
    /// The fingerprint of the API key under which the request is sent: idempotency keys are scoped to an API key.
    public let apiKeyFingerprint: String
    public let traceparent: String?
    /// The batch that this one was split or shrunk from.
    public let parent: Int64?
    /// How many members the batch has; at least 1 until it is settled.
    public let size: Int
    public let body: [UInt8]
    public let members: MemberList
    public let frozenAt: WallTime

    /// How many requests were begun under this key.
    public var attempt: Int
    /// When the earliest attempt began that is not proven to have had no effect; nil when each attempt is proven so.
    public var possiblyExecutedSince: WallTime?
    /// `possiblyExecutedSince` as it was before the latest attempt: a proof that the latest attempt had no effect restores
    /// this value.
    public var possiblyExecutedBefore: WallTime?
    /// How often the request was sent again because a 2xx did not prove what became of each member.
    public var replays: Int
    /// How many attempts in a row had no answer because the worker process ended; counted by the worker that took over.
    public var crashes: Int
    /// How many attempts in a row have failed in this process; the backoff grows with this count.
    var failures = 0

    /// From this number of crashes on, the request itself may be the cause.
    static let suspectAfter = 3
    var isSuspect: Bool { crashes >= Self.suspectAfter }

    public init(
        id: Int64, journey: String, key: String, target: Target, apiKeyFingerprint: String, traceparent: String?,
        parent: Int64?, size: Int, body: [UInt8], members: MemberList, frozenAt: WallTime, attempt: Int,
        possiblyExecutedSince: WallTime?, possiblyExecutedBefore: WallTime?, replays: Int, crashes: Int = 0
    ) {
        assert(size >= 0 && attempt >= 0 && replays >= 0, "members, attempts and replays are counted from 0")
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
