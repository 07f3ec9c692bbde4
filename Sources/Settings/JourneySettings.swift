/// One journey that intents may name, and how its intents are treated.
public struct JourneySettings: Sendable, Equatable {
    /// What the worker does with a batch when it cannot be known whether the API executed it.
    public enum UnknownPolicy: String, Sendable, CaseIterable {
        /// The batch is held until an operator resolves it.
        case hold
        /// The batch is sent again, at the risk of a second entrance.
        case resend
    }

    /// What a dead letter does to later intents with the same ordering key.
    public enum DeadPolicy: String, Sendable, CaseIterable {
        /// They are delivered.
        case `continue`
        /// They wait until an operator has resolved the dead letter.
        case block
    }

    /// The name that producers write, 1…200 bytes.
    public var name: String
    /// The id of the journey at Spotzee, at least 1.
    public var id: Int
    /// The id of the entrance step. Nil selects the users shape, whose requests contain up to 100 users.
    public var entranceID: Int?
    public var onUnknown: UnknownPolicy
    public var onDead: DeadPolicy
    /// The priority, −1000…1000. A journey with a higher priority is served first.
    public var priority: Int

    /// Creates a journey with the default policies.
    public init(name: String, id: Int, entranceID: Int? = nil) {
        self.name = name
        self.id = id
        self.entranceID = entranceID
        onUnknown = Keys.onUnknown.standard
        onDead = Keys.onDead.standard
        priority = Keys.priority.standard
    }
}
