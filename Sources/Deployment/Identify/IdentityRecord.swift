import Delivery

/// What a database says about itself.
public struct IdentityRecord: Sendable, Equatable {
    /// The outbox's identity; nil until a worker has first served it.
    public var uuid: String?
    /// The state directory it was bound with; nil when it never was, or by a version that kept none.
    public var stateDirectory: String?
    /// The deployment it was bound by.
    public var deployment: String?
    public var marks: Marks
    /// What an earlier worker saw, and nobody has decided yet.
    public var pending: PendingAdoption?

    public init(
        uuid: String?, stateDirectory: String? = nil, deployment: String? = nil, marks: Marks = Marks(),
        pending: PendingAdoption? = nil
    ) {
        self.uuid = uuid
        self.stateDirectory = stateDirectory
        self.deployment = deployment
        self.marks = marks
        self.pending = pending
    }

    /// Whether anybody has noted outside or inside the database whose it is.
    var isBound: Bool { uuid != nil && (stateDirectory != nil || deployment != nil) }
}

/// Where a worker works, as its configuration says.
public struct DeploymentSite: Sendable, Equatable {
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
