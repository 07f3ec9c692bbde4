/// What the state directories and the former path of a database show about it.
public struct StateEvidence: Sendable, Equatable {
    /// What is at the path that the state directory has stored for the database's identity.
    public enum FormerPath: Sendable, Equatable, CaseIterable {
        /// The stored path is the current path, or no path is stored.
        case here
        /// The stored path is another name of the same file.
        case sameFile
        /// The stored path has no database with this identity any more.
        case gone
        /// Another database with the same identity is at the stored path.
        case holds
        /// The stored path cannot be read, so it is unknown whether the database is gone.
        case unreadable
    }

    /// What the state directory that the database was bound with shows, when it is another than the configured one.
    public enum OtherDirectory: Sendable, Equatable, CaseIterable {
        /// The database names no other state directory.
        case none
        /// The other state directory is not on this machine, or has no record of this database at this path.
        case absent
        /// The other state directory has a record of this database at this path.
        case serves
        case unreadable
    }

    /// The stored binding with the database's identity, with the marks of the ledger.
    public var byUUID: Binding?
    /// The stored binding with the database's path.
    public var byPath: Binding?
    public var formerPath: FormerPath
    public var otherDirectory: OtherDirectory
    /// Whether the database still sends a batch that the ledger records as settled. It was then set back.
    public var isUnsettled: Bool

    public init(
        byUUID: Binding? = nil, byPath: Binding? = nil, formerPath: FormerPath = .here,
        otherDirectory: OtherDirectory = .none,
        isUnsettled: Bool = false
    ) {
        self.byUUID = byUUID
        self.byPath = byPath
        self.formerPath = formerPath
        self.otherDirectory = otherDirectory
        self.isUnsettled = isUnsettled
    }
}
