/// How far a database has come: numbers that only rise while it is not replaced by an earlier state of itself.
public struct Marks: Sendable, Equatable, Codable {
    /// How often a worker has taken over.
    public var fence: Int64
    /// The last intent's id.
    public var intents: Int64
    /// The last batch's id.
    public var batches: Int64

    public init(fence: Int64 = 0, intents: Int64 = 0, batches: Int64 = 0) {
        self.fence = fence
        self.intents = intents
        self.batches = batches
    }

    /// Whether any of these numbers is lower than `other`'s.
    public func isBehind(_ other: Marks) -> Bool {
        fence < other.fence || intents < other.intents || batches < other.batches
    }

    /// The higher of each.
    public func raised(to other: Marks) -> Marks {
        Marks(
            fence: max(fence, other.fence), intents: max(intents, other.intents), batches: max(batches, other.batches))
    }
}
