import Delivery

/// The reason why an operator has to decide about a database with `adopt` before a worker sends anything from it.
public struct AdoptionNeed: Sendable, Equatable {
    public var cause: AdoptionCause
    /// The highest id of an intent that may have been delivered already. Intents with a higher id are new.
    public var mark: Int64
    /// The stored binding of the database, or of the database that was at its path before.
    public var remembered: Binding?
    /// The evidence, in one sentence for the operator.
    public var sight: String

    public init(cause: AdoptionCause, mark: Int64, remembered: Binding?, sight: String) {
        self.cause = cause
        self.mark = mark
        self.remembered = remembered
        self.sight = sight
    }
}

/// The adoption that a database needs, as it is stored in the database itself.
public struct PendingAdoption: Sendable, Equatable, Codable {
    public var cause: AdoptionCause
    /// The highest id of an intent that may have been delivered already. Intents with a higher id are new.
    public var mark: Int64

    public init(cause: AdoptionCause, mark: Int64) {
        self.cause = cause
        self.mark = mark
    }
}

/// Why a worker does not start on a database without an operator's decision.
public enum AdoptionCause: String, Sendable, Codable, CaseIterable {
    /// The database is a copy, and the original still exists.
    case copied
    /// The database was set back to an earlier state, such as by a restore of a backup.
    case restored
    /// Another outbox was served at this path before.
    case replaced
    /// The database was served before, and this state directory has no record of it.
    ///
    /// It comes from another machine, or the state directory was lost.
    case unknown
    /// The database belongs to a deployment with another name.
    case deployment
}
