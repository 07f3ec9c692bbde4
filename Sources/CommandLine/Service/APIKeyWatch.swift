import Foundation
import Logging
import ServiceLifecycle
import Settings
import SpotzeeAPI

/// Reads a changed API key from its file without a restart: every 10 s, and at once on a reload.
struct APIKeyWatch: Service {
    static let interval: Duration = .seconds(10)

    let source: APIKeySource
    let keys: APIKeyRing
    let logger: Logger
    var interval = Self.interval
    let onChange: @Sendable () -> Void

    func run() async throws {
        // The environment of this process does not change.
        if case .environmentVariable = source { return }
        await cancelWhenGracefulShutdown {
            while true {
                do { try await Task.sleep(for: interval) } catch { return }
                look()
            }
        }
    }

    /// Reads the key again. When that fails, the old key stays in use.
    func look() {
        do {
            let reading = try source.read(environment: .process)
            guard reading.key.withSecret(keys.rotate) else { return }
            logger.note(.apiKeyChanged)
            onChange()
        } catch {
            logger.note(.apiKeyUnreadable, [.reason: "\(error)"])
        }
    }
}
