/// What was found around a database: in the state directory, and where the database was before.
public struct StateEvidence: Sendable, Equatable {
    /// The place that the state directory remembers for the database's identity.
    public enum FormerPath: Sendable, Equatable, CaseIterable {
        /// It is where the database is now, or nothing is remembered.
        case here
        /// Another name of the same file.
        case sameFile
        /// No database of this identity is there any more.
        case gone
        case holds
        /// Somebody who may not look cannot say that it is gone.
        case unreadable
    }

    /// What another state directory, the one the database was bound with, says about it.
    public enum OtherDirectory: Sendable, Equatable, CaseIterable {
        /// The database names no other one.
        case none
        /// It is not on this machine, or knows nothing of this database at this path.
        case absent
        case serves
        case unreadable
    }

    /// What is remembered under the database's identity, with the ledger's marks.
    public var byUUID: Binding?
    /// What is remembered under the database's path.
    public var byPath: Binding?
    public var formerPath: FormerPath
    public var otherDirectory: OtherDirectory
    /// A request that the ledger knows to be settled is still being sent, as this database has it.
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
