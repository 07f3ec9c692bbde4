/// The high-water marks of a database.
///
/// These numbers only rise, unless the database is replaced by an earlier state of itself.
public struct Marks: Sendable, Equatable, Codable {
    /// How often a worker has taken over.
    public var fence: Int64
    /// The id of the last intent.
    public var intents: Int64
    /// The id of the last batch.
    public var batches: Int64

    public init(fence: Int64 = 0, intents: Int64 = 0, batches: Int64 = 0) {
        self.fence = fence
        self.intents = intents
        self.batches = batches
    }

    /// Whether any of these numbers is lower than the same number of `other`.
    public func isBehind(_ other: Marks) -> Bool {
        fence < other.fence || intents < other.intents || batches < other.batches
    }

    /// Returns the higher of each of the numbers.
    public func raised(to other: Marks) -> Marks {
        Marks(
            fence: max(fence, other.fence), intents: max(intents, other.intents), batches: max(batches, other.batches))
    }
}
