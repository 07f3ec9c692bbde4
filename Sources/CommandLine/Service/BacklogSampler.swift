import Delivery
import Logging
import SQLiteStore
import ServiceLifecycle

/// Reads how things stand from the database, every now and then, so that nobody who asks has to.
///
/// A look costs a few milliseconds whatever the backlog (see `StatusReport`) and is one short read transaction; a
/// slow one is followed by a longer wait.
struct BacklogSampler: Service {
    static let interval: Duration = .seconds(5)
    /// The share of the time that looking may take, as one in so many.
    static let shareMax = 100

    let database: String
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

    /// One look, on a connection of its own, which is closed again: nothing of a replaced file is held on to.
    func look() {
        do {
            let now = SystemClock().now().wall
            let connection = try OperatorConnection(path: database, for: .looking)
            onSample(try StatusReport(connection, at: now), now)
        } catch {
            logger.note(.sampleFailed, [.reason: "\(error)"])
        }
    }
}
