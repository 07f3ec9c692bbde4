import Delivery

/// What a database says about itself.
public struct Sighting: Sendable, Equatable {
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

/// An adoption that a database waits for, as it is stored in it.
public struct PendingAdoption: Sendable, Equatable, Codable {
    public var cause: AdoptionCause
    /// The last intent that may have been delivered elsewhere or before; later ones are new.
    public var mark: Int64

    public init(cause: AdoptionCause, mark: Int64) {
        self.cause = cause
        self.mark = mark
    }
}

/// Why a worker does not begin on a database by itself.
public enum AdoptionCause: String, Sendable, Codable, CaseIterable {
    /// The database it was copied from is still there.
    case copied
    /// The database has gone back to an earlier state.
    case restored
    /// Another database was at its path.
    case replaced
    /// Nothing here knows it, though it was served before: it comes from elsewhere, or the state directory was lost.
    case unknown
    /// It belongs to a deployment of another name.
    case deployment
}
