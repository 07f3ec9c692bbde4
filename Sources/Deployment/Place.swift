/// Where a worker works, as its configuration says.
public struct Place: Sendable, Equatable {
    /// The database's path with every symbolic link resolved.
    public var database: String
    /// The state directory's path, resolved likewise.
    public var stateDirectory: String
    public var deployment: String?

    public init(database: String, stateDirectory: String, deployment: String?) {
        self.database = database
        self.stateDirectory = stateDirectory
        self.deployment = deployment
    }
}
