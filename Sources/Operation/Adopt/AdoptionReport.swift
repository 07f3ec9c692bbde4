/// What an adoption is about, or what it did.
public struct AdoptionReport: Sendable, Equatable {
    /// Intents that the ledger proves delivered, dead letters included.
    public var proven: Int
    /// Open intents up to the mark whose delivery nothing proves. The choice is about these.
    public var unproven: Int
    /// Intents after the mark, or that reuse an id under which another intent was delivered.
    public var new: Int

    public init(proven: Int = 0, unproven: Int = 0, new: Int = 0) {
        self.proven = proven
        self.unproven = unproven
        self.new = new
    }
}
