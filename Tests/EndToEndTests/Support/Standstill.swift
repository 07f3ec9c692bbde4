import Synchronization

/// Measures how long this process stood still, so that a timed expectation is held against the time it had.
final class Standstill: Sendable {
    private static let interval: Duration = .milliseconds(50)
    /// Later than this is not the scheduler's everyday.
    private static let tolerance: Duration = .milliseconds(500)

    private let lost = Mutex(Duration.zero)

    /// How long the body took, without the time in which nothing ran.
    static func time(_ body: () async throws -> Void) async throws -> Duration {
        let standstill = Standstill()
        let start = ContinuousClock.now
        let watch = Task { try await standstill.watch() }
        defer { watch.cancel() }
        try await body()
        return ContinuousClock.now - start - standstill.lost.withLock { $0 }
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
