/// How the schema of a database differs from the one that this version needs.
public struct SchemaFinding: Sendable, Equatable {
    /// The differences, one sentence each, the most serious first. Without any, a worker can use the database.
    public var problems: [String]
    /// Whether `migrate` can remove the differences.
    public var canMigrate: Bool

    public init(problems: [String], canMigrate: Bool) {
        self.problems = problems
        self.canMigrate = canMigrate
    }

    public var isCurrent: Bool { problems.isEmpty }
}
