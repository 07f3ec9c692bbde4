/// The port to the clocks.
public protocol WorkerClock: Sendable {
    /// Returns one reading of the wall clock and of the monotonic clock.
    func now() -> Moment

    /// Returns when the monotonic clock has reached `time`; at once when it already has.
    ///
    /// Throws only `CancellationError`, when the task is cancelled.
    func sleep(untilMonotonic time: Duration) async throws
}
