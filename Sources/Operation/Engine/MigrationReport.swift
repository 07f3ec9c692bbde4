/// The result of a migration.
public struct MigrationReport: Sendable, Equatable {
    /// The names of the migrations that were applied, in order.
    public var applied: [String]
    /// The journal mode after the migration; nil where the engine has none.
    public var journalMode: String?

    public init(applied: [String], journalMode: String?) {
        self.applied = applied
        self.journalMode = journalMode
    }
}

/// Why a migration changed nothing.
public enum MigrationError: Error, Equatable {
    case missingDatabase(String)
    /// The schema cannot be migrated, with the reason.
    case refused(String)
    /// The migrations were applied, but the journal mode stays this one.
    case journalModeStays(String)
}
