/// What the database holds for the worker to claim, by journey, and the stored pauses.
public struct DueWork: Sendable {
    /// The configured journeys that have an intent which is due.
    public var supplied: Set<String>
    /// When the next intent becomes due that waits or is scheduled, by journey.
    public var nextDue: [String: WallTime]
    /// The stored pauses; another process may have added or removed one.
    public var pauses: [Pause]

    public init(supplied: Set<String>, nextDue: [String: WallTime], pauses: [Pause]) {
        self.supplied = supplied
        self.nextDue = nextDue
        self.pauses = pauses
    }
}
