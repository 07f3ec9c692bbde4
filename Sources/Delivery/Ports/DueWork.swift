/// What could be claimed, journey by journey.
public struct DueWork: Sendable {
    /// Journeys of the configuration with something due.
    public var supplied: Set<String>
    /// When the next intent that waits or is scheduled becomes due, by journey.
    public var nextDue: [String: WallTime]
    /// The pauses as stored, since another process may add or lift one.
    public var pauses: [Pause]

    public init(supplied: Set<String>, nextDue: [String: WallTime], pauses: [Pause]) {
        self.supplied = supplied
        self.nextDue = nextDue
        self.pauses = pauses
    }
}
