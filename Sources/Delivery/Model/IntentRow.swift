/// An intent as the store reads it from `outbox` or `outbox_waiting`: the bytes stand only until the next row.
public struct IntentRow {
    public typealias Text = UnsafeRawBufferPointer

    public var id: Int64
    public var attempts: Int
    public var epoch: Int
    public var externalID: Text?
    public var anonymousID: Text?
    public var email: Text?
    public var profile: Text?
    public var data: Text?
    public var orderingKey: Text?
    public var dedupKey: Text?
    public var scheduledAt: Int64?
    public var expiresAt: Int64?
    public var traceparent: Text?
    public var createdAt: Int64
    public var previousBatch: Int64?

    public init(
        id: Int64, attempts: Int, epoch: Int, externalID: Text?, anonymousID: Text?, email: Text?, profile: Text?,
        data: Text?, orderingKey: Text?, dedupKey: Text?, scheduledAt: Int64?, expiresAt: Int64?, traceparent: Text?,
        createdAt: Int64, previousBatch: Int64?
    ) {
        self.id = id
        self.attempts = attempts
        self.epoch = epoch
        self.externalID = externalID
        self.anonymousID = anonymousID
        self.email = email
        self.profile = profile
        self.data = data
        self.orderingKey = orderingKey
        self.dedupKey = dedupKey
        self.scheduledAt = scheduledAt
        self.expiresAt = expiresAt
        self.traceparent = traceparent
        self.createdAt = createdAt
        self.previousBatch = previousBatch
    }
}
