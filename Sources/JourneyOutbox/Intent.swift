import Foundation

/// One contact's entry into one journey, to be committed together with the business change that causes it.
///
/// The database checks the rules, which are the same for every language: see docs/schema.md. Enqueuing an intent that
/// breaks a rule fails with a sentence that names the column.
public struct Intent: Hashable, Sendable {
    /// The name of the journey in the worker's configuration.
    public var journey: String
    /// The contact's id in your own system. An intent needs at least one of the three identities.
    public var externalID: String?
    /// The contact's id from before the contact was identified.
    public var anonymousID: String?
    /// The contact's email address.
    public var email: String?
    /// A JSON object with the attributes of the contact's profile, without the identities.
    public var profile: JSONText?
    /// A JSON object that the steps of the journey receive.
    public var data: JSONText?
    /// Intents of one journey with the same ordering key are delivered one after the other, in the order of their ids.
    public var orderingKey: String?
    /// A second intent of one journey with the same dedup key is not enqueued.
    public var dedupKey: String?
    /// The intent is not sent before this time. It is stored in milliseconds.
    public var scheduledAt: Date?
    /// An intent that still waits at this time becomes a dead letter. The time is stored in milliseconds.
    public var expiresAt: Date?
    /// The trace context that the request continues (W3C Trace Context, `traceparent`).
    public var traceparent: String?

    /// Creates an intent for a journey and a contact. Everything else may be left out.
    public init(
        journey: String,
        externalID: String? = nil,
        anonymousID: String? = nil,
        email: String? = nil,
        profile: JSONText? = nil,
        data: JSONText? = nil,
        orderingKey: String? = nil,
        dedupKey: String? = nil,
        scheduledAt: Date? = nil,
        expiresAt: Date? = nil,
        traceparent: String? = nil
    ) {
        self.journey = journey
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
    }

    /// Whether only the journey, the external id and the data are set.
    var isPlain: Bool {
        anonymousID == nil && email == nil && profile == nil && orderingKey == nil && dedupKey == nil
            && scheduledAt == nil && expiresAt == nil && traceparent == nil
    }
}
