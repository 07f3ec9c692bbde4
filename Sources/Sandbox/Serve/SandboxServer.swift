import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// The stand-in on a loopback port.
///
/// It speaks plain HTTP and listens on 127.0.0.1 only. The API is under `/api/client`, the controls under
/// `/sandbox/` (see `SandboxControl`); in-process callers use `sandbox` for the same. A request that was let in takes
/// effect even when its caller has gone.
public struct SandboxServer: Service {
    public let sandbox: Sandbox
    private let port: Int
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// Makes a server that listens once `run` is called; throws when the log file cannot be opened.
    ///
    /// `onListening` is told the bound port.
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

    /// Serves until the task is cancelled or shut down gracefully; throws when the port cannot be bound.
    public func run() async throws {
        let onListening = onListening
        let application = Application(
            responder: SandboxResponder(sandbox: sandbox),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
        try await application.run()
    }

    /// How long connections that are still busy are waited for once `body` has ended.
    static let closingMax: Duration = .seconds(1)

    /// Serves for as long as `body` runs, which is given the bound port and the stand-in.
    ///
    /// Rethrows what `body` throws, and throws when the port cannot be bound.
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
            // Not cancelled at once: a connection that is being accepted just then would end the whole process.
            await services.triggerGracefulShutdown()
            do { try await group.waitForAll() } catch is CancellationError {}
            return try result.get()
        }
    }

    /// Stops accepting first, and ends what is still busy after a while.
    private static func closing(_ server: SandboxServer) -> ServiceGroup {
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: server)], logger: server.logger)
        configuration.maximumGracefulShutdownDuration = closingMax
        return ServiceGroup(configuration: configuration)
    }
}
