import Logging
import Simulation
import Synchronization

@testable import journey_outbox

/// A run of the simulation whose events are written to the worker's log. The log is searched for the canary.
struct WatchedRun {
    let breaches: [Breach]
    let crashes: Int

    init(_ runner: SimulationRunner, seed: UInt64, tilted tilts: Set<Tilt> = []) throws {
        let lines = LogLines()
        var logger = Logger(label: "simulated") { _ in lines }
        logger.logLevel = .debug
        let log = EventLog(logger: logger, contacts: .hashed(underAPIKey: "sk_simulated"))
        let result = try runner.run(seed: seed, tilted: tilts, listener: log.note)
        crashes = result.crashes
        breaches = result.breaches + lines.leaks.prefix(3).map { Breach(.noSecret, "logged: \($0)") }
    }
}

/// Keeps the lines that contain the canary of the simulation.
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
        if text.contains(SimulationRunner.canary) { store.leaks.withLock { $0.append(text) } }
    }
}
