/// One reading of both clocks: the wall time is for ages that outlive a process, the monotonic time for waits.
public struct Moment: Sendable, Equatable {
    public var wall: WallTime
    /// The time since an arbitrary start. No step of the wall clock changes it.
    public var monotonic: Duration

    public init(wall: WallTime, monotonic: Duration) {
        self.wall = wall
        self.monotonic = monotonic
    }

    /// Returns the moment at which the monotonic clock reaches `time`, if the wall clock is not set in between.
    func advanced(to time: Duration) -> Moment {
        Moment(wall: wall + (time - monotonic), monotonic: time)
    }

    /// Returns the monotonic time at which the wall clock reaches `time`, if it is not set in between.
    func monotonic(at time: WallTime) -> Duration {
        monotonic + (time - wall)
    }
}
