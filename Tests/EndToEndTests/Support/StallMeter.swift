import Synchronization

/// Measures how long this process did not run, so that a time limit applies only to the time in which it ran.
final class StallMeter: Sendable {
    private static let interval: Duration = .milliseconds(50)
    /// A longer delay is not usual for the scheduler.
    private static let tolerance: Duration = .milliseconds(500)

    private let lost = Mutex(Duration.zero)

    /// The duration of the body, without the time in which this process did not run.
    static func time(_ body: () async throws -> Void) async throws -> Duration {
        let stallMeter = StallMeter()
        let start = ContinuousClock.now
        let watch = Task { try await stallMeter.watch() }
        defer { watch.cancel() }
        try await body()
        return ContinuousClock.now - start - stallMeter.lost.withLock { $0 }
    }

    private func watch() async throws {
        while true {
            let before = ContinuousClock.now
            try await Task.sleep(for: Self.interval)
            let late = ContinuousClock.now - before - Self.interval
            if late > Self.tolerance { lost.withLock { $0 += late } }
        }
    }
}
