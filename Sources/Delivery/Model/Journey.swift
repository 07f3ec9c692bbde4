/// A configured journey: its numbers at the API, and the operator's choices for its intents.
public struct Journey: Sendable, Hashable {
    /// What happens to a batch whose outcome can no longer be learned.
    public enum OnUnknown: String, Sendable, Hashable {
        /// The batch goes to `in_doubt` and waits for an operator.
        case hold
        /// Its members are sent again under a new key, at the risk of a second entrance.
        case resend
    }

    /// What happens to the later intents of an ordering key when an earlier one is dead.
    public enum OnDead: String, Sendable, Hashable {
        /// They are sent.
        case `continue`
        /// They wait until an operator retries or discards the dead intent.
        case block
    }

    /// The name that intents give in the column `journey`.
    public var name: String
    /// The id of the journey at the API.
    public var id: Int64
    /// The id of the entrance step, when each request carries one user; nil when a request carries many users.
    public var entranceID: Int64?
    public var onUnknown: OnUnknown
    public var onDead: OnDead
    /// When several journeys compete for a request, the journey with the highest priority goes first.
    public var priority: Int

    public init(
        name: String, id: Int64, entranceID: Int64? = nil, onUnknown: OnUnknown = .hold, onDead: OnDead = .continue,
        priority: Int = 0
    ) {
        self.name = name
        self.id = id
        self.entranceID = entranceID
        self.onUnknown = onUnknown
        self.onDead = onDead
        self.priority = priority
    }
}
