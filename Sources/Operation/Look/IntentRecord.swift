import Delivery

/// An intent as a listing shows it, without its payload.
public struct IntentRecord: Sendable, Equatable {
    public var id: Int64
    public var journey: String
    public var externalID: String?
    public var anonymousID: String?
    public var email: String?
    public var state: IntentState
    /// How many requests with this intent were answered with an error that concerns it.
    public var attempts: Int
    /// The code of the last refusal: the API's own, or the worker's.
    public var code: String?
    public var message: String?
    public var requestID: String?
    /// The batch that contains the intent, or the last one that did.
    public var batch: Int64?
    /// When the intent is due for its next attempt, where a time is set.
    public var dueAt: WallTime?
    public var createdAt: WallTime
    /// The last change of state; for an intent that is still in the outbox, its creation.
    public var updatedAt: WallTime

    public init(
        id: Int64, journey: String, externalID: String? = nil, anonymousID: String? = nil, email: String? = nil,
        state: IntentState, attempts: Int, code: String? = nil, message: String? = nil, requestID: String? = nil,
        batch: Int64? = nil, dueAt: WallTime? = nil, createdAt: WallTime, updatedAt: WallTime
    ) {
        self.id = id
        self.journey = journey
        self.externalID = externalID
        self.anonymousID = anonymousID
        self.email = email
        self.state = state
        self.attempts = attempts
        self.code = code
        self.message = message
        self.requestID = requestID
        self.batch = batch
        self.dueAt = dueAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
