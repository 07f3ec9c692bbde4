import Logging
import Simulation
import Synchronization

@testable import journey_outbox

/// A run of the simulation whose events go through the worker's own log, which is searched for what must not be there.
struct WatchedRun {
    let breaches: [Breach]
    let crashes: Int

    init(_ simulation: Simulation, seed: UInt64, tilted lanes: Set<Lane> = []) throws {
        let lines = LogLines()
        var logger = Logger(label: "simulated") { _ in lines }
        logger.logLevel = .debug
        let log = EventLog(logger: logger, contacts: .hashed(underAPIKey: "sk_simulated"))
        let outcome = try simulation.run(seed: seed, tilted: lanes, listener: log.note)
        crashes = outcome.crashes
        breaches = outcome.breaches + lines.leaks.prefix(3).map { Breach(.noSecret, "logged: \($0)") }
    }
}

/// Keeps the lines that hold what every payload, contact and API key of a simulation holds.
private struct LogLines: LogHandler {
    private final class Store: Sendable {
        let leaks = Mutex<[String]>([])
    }

    private let store = Store()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    var leaks: [String] { store.leaks.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let text = "\(event.message) \(event.metadata ?? [:]) \(metadata)"
        if text.contains(Simulation.canary) { store.leaks.withLock { $0.append(text) } }
    }
}
