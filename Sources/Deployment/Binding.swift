import Delivery

/// What the state directory stores about one database.
///
/// It is stored as `identity.json` in a folder of its own, outside the database, so that a copied or restored database
/// can be recognised.
public struct Binding: Sendable, Equatable, Codable {
    /// The name of the folder inside the state directory. It stays the same when the uuid changes.
    public var folder: String
    /// The real path of the database. It is empty once another database was bound at this path.
    public var path: String
    /// The identity of the database; nil until the database is first bound.
    public var uuid: String?
    /// An identity that the database is about to get.
    ///
    /// It is written here before the database commits it. After a crash, the database therefore matches either `uuid`
    /// or `next`.
    public var next: String?
    /// The high-water marks as they were last stored here. The ledger may contain later ones.
    public var marks: Marks

    public init(folder: String, path: String, uuid: String?, next: String? = nil, marks: Marks = Marks()) {
        self.folder = folder
        self.path = path
        self.uuid = uuid
        self.next = next
        self.marks = marks
    }

    /// Whether this binding belongs to a database with this identity.
    public func knows(_ uuid: String) -> Bool {
        uuid == self.uuid || uuid == next
    }
}
