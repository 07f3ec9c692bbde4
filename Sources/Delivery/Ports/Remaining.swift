/// What is left of a drain's goal.
public struct Remaining: Sendable, Equatable {
    /// Waiting, ready or being sent in journeys that the configuration knows.
    public var open: Int
    /// Of `open`, by journey.
    public var openByJourney: [String: Int]
    public var inDoubt: Int
    public var unknownJourney: Int
    /// Behind an earlier intent of their ordering key that waits for a person, or for a time after the drain's.
    public var heldBack: Int

    public init(open: Int, openByJourney: [String: Int], inDoubt: Int, unknownJourney: Int, heldBack: Int = 0) {
        self.open = open
        self.openByJourney = openByJourney
        self.inDoubt = inDoubt
        self.unknownJourney = unknownJourney
        self.heldBack = heldBack
    }
}
