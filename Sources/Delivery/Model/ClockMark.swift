/// What a worker stores about the clocks for the worker that takes over.
public struct ClockMark: Sendable, Equatable {
    /// The latest time of the trusted clock that a worker has stored.
    public var highWater: WallTime
    /// How far the API's clock was ahead of the trusted clock; nil when no answer has told the API's time.
    public var apiAhead: Duration?

    public init(highWater: WallTime, apiAhead: Duration?) {
        self.highWater = highWater
        self.apiAhead = apiAhead
    }
}
