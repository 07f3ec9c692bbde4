import Foundation

/// The time the stand-in lives by.
public struct SandboxClock: Sendable {
    /// Unix milliseconds now.
    public var now: @Sendable () -> Int64
    /// Waits so many milliseconds; returns early when the task is cancelled.
    public var pause: @Sendable (Int) async -> Void

    public init(now: @escaping @Sendable () -> Int64, pause: @escaping @Sendable (Int) async -> Void) {
        self.now = now
        self.pause = pause
    }

    /// The system's clock; a cancelled pause ends early.
    public static let system = SandboxClock(
        now: { Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)) },
        pause: { milliseconds in try? await Task.sleep(for: .milliseconds(milliseconds)) }
    )
}
