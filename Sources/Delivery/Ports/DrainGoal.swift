/// What a drain has to deliver: everything that was committed and due when it started.
public struct DrainGoal: Sendable, Equatable {
    /// The id of the last intent that had been committed.
    public var lastID: Int64
    /// Intents that are due later do not belong to the goal.
    public var dueBy: WallTime

    public init(lastID: Int64, dueBy: WallTime) {
        self.lastID = lastID
        self.dueBy = dueBy
    }
}
