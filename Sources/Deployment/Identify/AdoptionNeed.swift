import Delivery

/// A database that a person has to decide about before anything is sent.
public struct AdoptionNeed: Sendable, Equatable {
    public var cause: AdoptionCause
    /// The last intent that may have been delivered elsewhere or before; later ones are new.
    public var mark: Int64
    /// What was remembered of the database, or of the one it took the place of.
    public var remembered: Binding?
    /// What was seen, in a sentence.
    public var sight: String

    public init(cause: AdoptionCause, mark: Int64, remembered: Binding?, sight: String) {
        self.cause = cause
        self.mark = mark
        self.remembered = remembered
        self.sight = sight
    }
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
