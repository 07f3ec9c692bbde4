extension Pause {
    /// The cause of a pause for a database that may be a copy of another one.
    public static let copiedCause = "database_copied"
    /// The cause of a pause for a database that has gone back to an earlier state.
    public static let restoredCause = "database_restored"

    /// Whether only `adopt` ends the pause.
    public var isAwaitingAdoption: Bool { cause == Self.copiedCause || cause == Self.restoredCause }
}
