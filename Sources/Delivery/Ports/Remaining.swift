/// How many intents of a drain's goal are left.
public struct Remaining: Sendable, Equatable {
    /// Intents of configured journeys that are ready, wait for a retry or are being sent.
    public var open: Int
    /// `open` by journey.
    public var openByJourney: [String: Int]
    public var inDoubt: Int
    /// Intents of journeys that the configuration does not name.
    public var unknownJourney: Int
    /// Intents behind an earlier intent of their ordering key that waits for an operator, or until after the goal.
    public var heldBack: Int

    public init(open: Int, openByJourney: [String: Int], inDoubt: Int, unknownJourney: Int, heldBack: Int = 0) {
        self.open = open
        self.openByJourney = openByJourney
        self.inDoubt = inDoubt
        self.unknownJourney = unknownJourney
        self.heldBack = heldBack
    }
}
