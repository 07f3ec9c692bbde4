/// One journey that rows may name, and how its rows are treated.
public struct JourneySettings: Sendable, Equatable {
    /// What becomes of a batch of which nobody can know whether it ran.
    public enum UnknownPolicy: String, Sendable, CaseIterable {
        /// It is held for a person.
        case hold
        /// It is sent again, at the risk of a second entrance.
        case resend
    }

    /// What a dead letter does to later rows of its ordering key.
    public enum DeadPolicy: String, Sendable, CaseIterable {
        /// They go on.
        case `continue`
        /// They wait until the dead letter is dealt with.
        case block
    }

    /// The name producers write: 1…200 bytes.
    public var name: String
    /// The journey's number at Spotzee, at least 1.
    public var id: Int
    /// The entrance step's number; nil means the users shape, whose requests carry up to 100 users.
    public var entranceID: Int?
    public var onUnknown: UnknownPolicy
    public var onDead: DeadPolicy
    /// Higher goes first; −1000…1000.
    public var priority: Int

    /// Makes a journey with the default policies.
    public init(name: String, id: Int, entranceID: Int? = nil) {
        self.name = name
        self.id = id
        self.entranceID = entranceID
        onUnknown = Keys.onUnknown.standard
        onDead = Keys.onDead.standard
        priority = Keys.priority.standard
    }
}
