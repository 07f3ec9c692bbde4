import Delivery

/// A dead letter with every column that is kept of it.
public struct DeadLetter: Sendable {
    public var record: IntentRecord
    /// How often the intent was retried under a new idempotency key.
    public var epoch: Int
    public var orderingKey: String?
    public var dedupKey: String?
    public var scheduledAt: WallTime?
    public var expiresAt: WallTime?
    public var traceparent: String?
    /// The stored bytes, unchanged. They are not always valid JSON: that can be the reason why the letter is dead.
    public var profile: [UInt8]?
    public var data: [UInt8]?

    public init(
        record: IntentRecord, epoch: Int, orderingKey: String? = nil, dedupKey: String? = nil,
        scheduledAt: WallTime? = nil, expiresAt: WallTime? = nil, traceparent: String? = nil, profile: [UInt8]? = nil,
        data: [UInt8]? = nil
    ) {
        self.record = record
        self.epoch = epoch
        self.orderingKey = orderingKey
        self.dedupKey = dedupKey
        self.scheduledAt = scheduledAt
        self.expiresAt = expiresAt
        self.traceparent = traceparent
        self.profile = profile
        self.data = data
    }
}
