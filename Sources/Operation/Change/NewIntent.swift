import Delivery

/// An intent to be inserted. Its texts are bytes, because the outbox's guards check them unchanged.
public struct NewIntent: Sendable, Equatable {
    public var journey: [UInt8]?
    public var externalID: [UInt8]?
    public var anonymousID: [UInt8]?
    public var email: [UInt8]?
    public var profile: [UInt8]?
    public var data: [UInt8]?
    public var orderingKey: [UInt8]?
    public var dedupKey: [UInt8]?
    public var scheduledAt: WallTime?
    public var expiresAt: WallTime?
    public var traceparent: [UInt8]?
    public var createdAt: WallTime?

    public init() {}
}
