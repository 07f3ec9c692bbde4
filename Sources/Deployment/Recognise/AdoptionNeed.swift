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
