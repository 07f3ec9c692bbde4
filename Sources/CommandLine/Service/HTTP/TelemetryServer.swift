import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Prometheus
import ServiceLifecycle

/// Serves `/metrics`, `/healthz` and `/readyz` until the worker has ended.
///
/// Delivery does not depend on it: a failure to bind the address is logged, and the server tries again.
struct TelemetryServer: Service {
    static let connectionsMax = 64
    static let idleTimeout: TimeAmount = .seconds(120)
    static let retryInterval: Duration = .seconds(10)

    let address: ListenAddress
    let registry: PrometheusRegistry
    let health: WorkerHealth
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await application.run()
                } catch is CancellationError {
                    return
                } catch {
                    logger.note(.httpUnavailable, [.address: address.text(boundPort: nil), .reason: "\(error)"])
                }
                do { try await Task.sleep(for: Self.retryInterval) } catch { return }
            }
        }
    }

    private var application: some ApplicationProtocol {
        var quiet = Logger(label: "http") { _ in SwiftLogNoOpLogHandler() }
        quiet.logLevel = .critical
        let (address, logger) = (address, logger)
        return Application(
            responder: TelemetryResponder(registry: registry, health: health),
            server: .http1(configuration: .init(idleTimeout: Self.idleTimeout)),
            configuration: ApplicationConfiguration(
                address: address.bind,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionsMax, logger: quiet)),
            onServerRunning: { channel in
                logger.note(.httpListening, [.address: address.text(boundPort: channel.localAddress?.port)])
            },
            logger: quiet)
    }
}
