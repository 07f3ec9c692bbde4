/// A journey that intents can name: where it is at the API, and what to do where nobody can know.
public struct Journey: Sendable, Hashable {
    /// What becomes of a batch whose outcome can no longer be learned.
    public enum OnUnknown: String, Sendable, Hashable {
        /// It waits in doubt for a person.
        case hold
        /// It is sent again, at the risk of a second entrance.
        case resend
    }

    /// What becomes of the later intents of an ordering key when one of them has died.
    public enum OnDead: String, Sendable, Hashable {
        /// They go on.
        case `continue`
        /// They wait until the dead one is retried or given up.
        case block
    }

    public var name: String
    /// The journey's number at the API.
    public var id: Int64
    /// The entrance step, for the shape of one request per user; nil for the shape of many users per request.
    public var entranceID: Int64?
    public var onUnknown: OnUnknown
    public var onDead: OnDead
    /// Higher goes first when several journeys compete for a request.
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
