import Delivery

/// The identity that a database stores about itself, in `outbox_meta`.
public struct IdentityRecord: Sendable, Equatable {
    /// The identity of the outbox; nil until a worker first serves it.
    public var uuid: String?
    /// The state directory that the database was bound with; nil when it never was, or by a version without state
    /// directories.
    public var stateDirectory: String?
    /// The name of the deployment that the database was bound with; nil when it had none.
    public var deployment: String?
    /// The high-water marks of the database.
    public var marks: Marks
    /// The adoption that an earlier worker found necessary and that no operator has decided yet.
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

    /// Whether the database names the state directory or the deployment that it belongs to.
    var isBound: Bool { uuid != nil && (stateDirectory != nil || deployment != nil) }
}

/// What a worker's configuration says about where it runs.
public struct DeploymentSite: Sendable, Equatable {
    /// The path of the database, with every symbolic link resolved.
    public var database: String
    /// The path of the state directory, with every symbolic link resolved.
    public var stateDirectory: String
    /// The configured name of the deployment; nil when there is none.
    public var deployment: String?

    public init(database: String, stateDirectory: String, deployment: String?) {
        self.database = database
        self.stateDirectory = stateDirectory
        self.deployment = deployment
    }
}
