/// What a drain is to empty: what was committed and due when it started.
public struct DrainGoal: Sendable, Equatable {
    public var lastID: Int64
    public var dueBy: WallTime

    public init(lastID: Int64, dueBy: WallTime) {
        self.lastID = lastID
        self.dueBy = dueBy
    }
}
