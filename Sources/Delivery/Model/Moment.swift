/// One reading of both clocks: wall time for ages that outlive a process, monotonic time for waiting.
public struct Moment: Sendable, Equatable {
    public var wall: WallTime
    /// Time since an arbitrary start that no clock step moves.
    public var monotonic: Duration

    public init(wall: WallTime, monotonic: Duration) {
        self.wall = wall
        self.monotonic = monotonic
    }

    /// The moment at which the monotonic clock reads `time`, if nobody steps the wall clock.
    func advanced(to time: Duration) -> Moment {
        Moment(wall: wall + (time - monotonic), monotonic: time)
    }

    /// The monotonic time at which the wall clock will read `time`, if nobody steps it.
    func monotonic(at time: WallTime) -> Duration {
        monotonic + (time - wall)
    }
}
