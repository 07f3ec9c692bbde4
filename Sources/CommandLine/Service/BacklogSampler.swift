import Delivery
import Logging
import Operation
import ServiceLifecycle

/// Reads the state of the outbox from the database at intervals, for the metrics and systemd.
///
/// A read takes a few milliseconds for any backlog (see `StatusReport`) and is one short transaction. A slow read is
/// followed by a longer wait.
struct BacklogSampler: Service {
    static let interval: Duration = .seconds(5)
    /// Reading takes at most one part in this many of the time.
    static let shareMax = 100

    let engine: any OutboxEngine
    let logger: Logger
    let onSample: @Sendable (StatusReport, WallTime) -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while true {
                let start = ContinuousClock.now
                look()
                let took = ContinuousClock.now - start
                do { try await Task.sleep(for: max(Self.interval, took * Self.shareMax)) } catch { return }
            }
        }
    }

    /// Reads once, on a connection of its own, because the file at the path can be replaced in between.
    func look() {
        do {
            let now = SystemClock().now().wall
            onSample(try engine.operatorStore(for: .looking).status(at: now), now)
        } catch {
            logger.note(.sampleFailed, [.reason: "\(error)"])
        }
    }
}
