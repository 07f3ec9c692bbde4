/// What is kept of the clocks from one worker to the next.
public struct ClockMark: Sendable, Equatable {
    /// The latest wall time that a worker knows to have come.
    public var highWater: WallTime
    /// How far the API's clock was ahead of the worker's.
    public var apiAhead: Duration?

    public init(highWater: WallTime, apiAhead: Duration?) {
        self.highWater = highWater
        self.apiAhead = apiAhead
    }
}
