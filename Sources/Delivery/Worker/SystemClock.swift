import Foundation

/// The machine's own clocks.
public struct SystemClock: WorkerClock {
    private let start = ContinuousClock.now

    public init() {}

    public func now() -> Moment {
        Moment(
            wall: WallTime(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded())),
            monotonic: ContinuousClock.now - start)
    }

    public func sleep(untilMonotonic time: Duration) async throws {
        try await ContinuousClock().sleep(until: start + time, tolerance: .zero)
    }
}
