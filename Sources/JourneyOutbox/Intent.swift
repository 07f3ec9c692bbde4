import Foundation

/// One contact's entry into one journey, to be committed with the business change that calls for it.
///
/// The rules are the database's, the same for every language: see docs/schema.md. An intent that breaks one fails when it
/// is enqueued, with a sentence that names the column.
public struct Intent: Hashable, Sendable {
    /// The journey, by its name in the worker's configuration.
    public var journey: String
    /// The contact's id in your own system. At least one of the three identities is needed.
    public var externalID: String?
    /// The contact's id before it was known.
    public var anonymousID: String?
    /// The contact's address.
    public var email: String?
    /// A JSON object of what the contact's profile shall hold, without the identities.
    public var profile: JSONText?
    /// A JSON object of what the journey's steps are given.
    public var data: JSONText?
    /// Intents of one journey with the same key travel one after the other, in the order of their ids.
    public var orderingKey: String?
    /// A second intent of one journey with the same key is not enqueued.
    public var dedupKey: String?
    /// Not before this time. Kept to the millisecond.
    public var scheduledAt: Date?
    /// Not after this time: an intent still waiting then ends as a dead letter. Kept to the millisecond.
    public var expiresAt: Date?
    /// The W3C trace context the request shall carry on.
    public var traceparent: String?

    /// An intent for a journey and a contact; everything else may be left out.
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

    /// Whether it says nothing but the journey, the contact by the application's own id, and what the steps are given.
    var isPlain: Bool {
        anonymousID == nil && email == nil && profile == nil && orderingKey == nil && dedupKey == nil
            && scheduledAt == nil && expiresAt == nil && traceparent == nil
    }
}
