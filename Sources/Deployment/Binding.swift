import Delivery

/// What the state directory remembers of one database: `identity.json` in a folder of its own.
public struct Binding: Sendable, Equatable, Codable {
    /// The folder's name inside the state directory; it stays when the uuid changes.
    public var folder: String
    /// The database's real path; empty once another database has taken it.
    public var path: String
    /// The identity the database is known by; nil until it is first bound.
    public var uuid: String?
    /// An identity that the database is about to get. It is written here first, so that whatever a crash leaves, the
    /// database is recognised by the one or the other.
    public var next: String?
    /// The marks as they were last stored here; the ledger knows later ones.
    public var marks: Marks

    public init(folder: String, path: String, uuid: String?, next: String? = nil, marks: Marks = Marks()) {
        self.folder = folder
        self.path = path
        self.uuid = uuid
        self.next = next
        self.marks = marks
    }

    /// Whether a database of this identity is the one remembered here.
    public func knows(_ uuid: String) -> Bool {
        uuid == self.uuid || uuid == next
    }
}
