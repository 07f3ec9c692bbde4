import Logging
import Settings

/// Reads the configuration again. An invalid one is refused as a whole, and so is one that needs a restart.
struct Reload {
    let options: ConfigurationOptions
    let logger: Logger

    /// When the new configuration is refused, the old one stays in force and the log has the reason.
    func apply(to service: WorkerService) {
        do {
            let configuration = try Configuration.load(
                file: options.config, database: options.database, environment: .process)
            let old = service.configuration
            let fixed = Self.fixed(old, configuration)
            guard fixed.isEmpty else {
                return refuse("\(fixed.joined(separator: ", ")) cannot change while the worker runs: restart it")
            }
            service.reconfigure(configuration)
            logger.note(.configurationReloaded)
            let late = Self.late(old, configuration)
            if !late.isEmpty {
                logger.note(.configurationAwaitsRestart, [.keys: late.joined(separator: ", ")])
            }
        } catch {
            refuse("\(error)")
        }
    }

    private func refuse(_ reason: String) {
        logger.note(.configurationRefused, [.reason: reason])
    }

    /// The changed keys that determine which database the worker serves.
    private static func fixed(_ old: Configuration, _ new: Configuration) -> [String] {
        [
            ("database", old.database != new.database), ("state_dir", old.stateDirectory != new.stateDirectory),
            ("deployment", old.deployment != new.deployment),
        ].filter(\.1).map(\.0)
    }

    /// The changed keys that apply only to new connections. All others apply at once.
    private static func late(_ old: Configuration, _ new: Configuration) -> [String] {
        [
            ("api.key_file", old.api.key != new.api.key),
            ("api.previous_key_file", old.api.previousKey != new.api.previousKey),
            ("delivery.connections", old.delivery.connections != new.delivery.connections),
            ("delivery.request_timeout", old.delivery.requestTimeout != new.delivery.requestTimeout),
        ].filter(\.1).map(\.0)
    }
}
