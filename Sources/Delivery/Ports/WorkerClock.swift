/// The time, as the worker is given it.
public protocol WorkerClock: Sendable {
    func now() -> Moment
    /// Returns when the monotonic time has come, or at once when it has passed; throws only `CancellationError`.
    func sleep(untilMonotonic time: Duration) async throws
}
