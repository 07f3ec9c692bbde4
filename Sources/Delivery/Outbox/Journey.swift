/// A journey that intents can name: where it is at the API, and what to do where nobody can know.
public struct Journey: Sendable, Hashable {
    /// What becomes of a batch whose outcome can no longer be learned.
    public enum OnUnknown: String, Sendable, Hashable {
        /// It waits in doubt for a person.
        case hold
        /// It is sent again, at the risk of a second entrance.
        case resend
    }

    public var name: String
    /// The journey's number at the API.
    public var id: Int64
    /// The entrance step, for the shape of one request per user; nil for the shape of many users per request.
    public var entranceID: Int64?
    public var onUnknown: OnUnknown
    /// Higher goes first when several journeys compete for a request.
    public var priority: Int

    public init(name: String, id: Int64, entranceID: Int64? = nil, onUnknown: OnUnknown = .hold, priority: Int = 0) {
        self.name = name
        self.id = id
        self.entranceID = entranceID
        self.onUnknown = onUnknown
        self.priority = priority
    }
}
