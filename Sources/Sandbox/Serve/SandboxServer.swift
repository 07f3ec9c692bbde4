import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// An HTTP server for the sandbox on a loopback port.
///
/// It uses plain HTTP and listens on 127.0.0.1 only. The API is under `/api/client` and the controls are under
/// `/sandbox/` (see `SandboxControl`). Callers in the same process use `sandbox` instead. A request in progress has its
/// effect even when its client has closed the connection.
public struct SandboxServer: Service {
    public let sandbox: Sandbox
    private let port: Int
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// Creates a server that listens once `run` is called. `onListening` receives the bound port.
    ///
    /// - Throws: `SandboxLogFailure` when the log file cannot be opened.
    public init(
        configuration: SandboxConfiguration, clock: SandboxClock = .system,
        logger: Logger = Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() },
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws {
        sandbox = try Sandbox(configuration, clock: clock)
        port = configuration.port
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the task is cancelled or shut down gracefully.
    ///
    /// - Throws: the error of the network library when the port cannot be bound.
    public func run() async throws {
        let onListening = onListening
        let application = Application(
            responder: SandboxResponder(sandbox: sandbox),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
        try await application.run()
    }

    /// The longest wait for busy connections after `body` has ended.
    static let closingMax: Duration = .seconds(1)

    /// Serves while `body` runs. `body` receives the bound port and the sandbox.
    ///
    /// - Throws: the error of `body`, or an error when the port cannot be bound.
    public static func serving<Value: Sendable>(
        _ configuration: SandboxConfiguration, clock: SandboxClock = .system,
        _ body: @escaping @Sendable (_ port: Int, Sandbox) async throws -> Value
    ) async throws -> Value {
        let (ports, announce) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let server = try SandboxServer(configuration: configuration, clock: clock) { announce.yield($0) }
        let services = closing(server)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { announce.finish() }
                try await services.run()
            }
            guard let port = await ports.first(where: { _ in true }) else {
                try await group.waitForAll()
                throw CancellationError()
            }
            let result: Result<Value, any Error>
            do { result = .success(try await body(port, server.sandbox)) } catch { result = .failure(error) }
            // A graceful shutdown and no cancellation: cancelling while a connection is accepted ends the whole
            // process.
            await services.triggerGracefulShutdown()
            do { try await group.waitForAll() } catch is CancellationError {}
            return try result.get()
        }
    }

    /// A service group whose shutdown stops accepting connections, and ends busy connections after `closingMax`.
    private static func closing(_ server: SandboxServer) -> ServiceGroup {
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: server)], logger: server.logger)
        configuration.maximumGracefulShutdownDuration = closingMax
        return ServiceGroup(configuration: configuration)
    }
}
