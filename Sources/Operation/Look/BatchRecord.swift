import Delivery

/// A request as an operator sees it: its content, its target and its result.
public struct BatchRecord: Sendable {
    public var id: Int64
    public var state: BatchState
    /// The outcome of a settled batch, as the database spells it.
    public var outcome: String?
    public var journey: String
    /// The idempotency key.
    public var key: String
    public var target: Target
    public var apiKeyFingerprint: String
    /// The SHA-256 of the exact body in hexadecimal. It is kept after the body is removed.
    public var bodySHA256: String
    public var traceparent: String?
    /// The batch that this one was frozen from, after a split.
    public var parent: Int64?
    /// The number of members.
    public var size: Int
    /// Requests sent so far.
    public var attempts: Int
    /// The start of the first request whose effect is unknown.
    public var possiblyExecutedSince: WallTime?
    public var dueAt: WallTime
    public var frozenAt: WallTime
    /// When the last request was sent.
    public var sentAt: WallTime?
    public var settledAt: WallTime?
    public var updatedAt: WallTime
    public var code: String?
    public var message: String?
    public var requestID: String?

    public init(
        id: Int64, state: BatchState, outcome: String? = nil, journey: String, key: String, target: Target,
        apiKeyFingerprint: String, bodySHA256: String, traceparent: String? = nil, parent: Int64? = nil, size: Int,
        attempts: Int, possiblyExecutedSince: WallTime? = nil, dueAt: WallTime, frozenAt: WallTime,
        sentAt: WallTime? = nil, settledAt: WallTime? = nil, updatedAt: WallTime, code: String? = nil,
        message: String? = nil, requestID: String? = nil
    ) {
        self.id = id
        self.state = state
        self.outcome = outcome
        self.journey = journey
        self.key = key
        self.target = target
        self.apiKeyFingerprint = apiKeyFingerprint
        self.bodySHA256 = bodySHA256
        self.traceparent = traceparent
        self.parent = parent
        self.size = size
        self.attempts = attempts
        self.possiblyExecutedSince = possiblyExecutedSince
        self.dueAt = dueAt
        self.frozenAt = frozenAt
        self.sentAt = sentAt
        self.settledAt = settledAt
        self.updatedAt = updatedAt
        self.code = code
        self.message = message
        self.requestID = requestID
    }
}
