import ArgumentParser
import PlainText
import Settings

/// The configuration that a command uses.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration file. Default: journey-outbox.yaml here, then /etc/journey-outbox/config.yaml.",
            valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("The database, instead of the configuration's.", valueName: "file"))
    var database: String?

    /// The database's path: `--database` alone is enough for a command that needs nothing else.
    func databasePath() throws -> String {
        if let database { return database }
        return try load().database
    }

    /// The configuration where there is one. With `--database`, a missing or invalid configuration is no error.
    ///
    /// An invalid one is reported on stderr. The operator can then inspect the database all the same.
    func loadIfPresent() throws -> Configuration? {
        guard database != nil, config == nil else { return try load() }
        do {
            return try Configuration.load(database: database, environment: .process)
        } catch {
            if error.problems.first?.source != "configuration" {
                Output.error(
                    "journey-outbox: the configuration is not valid, and the answer does not use it:\n\(error.plain)")
            }
            return nil
        }
    }

    /// The configuration, or exit 78 with every problem on stderr.
    func load(environment: SettingsEnvironment = .process) throws -> Configuration {
        do {
            return try Configuration.load(file: config, database: database, environment: environment)
        } catch {
            throw CommandFailure.configuration(error.plain)
        }
    }
}

extension ConfigurationError {
    /// One line for each problem, with the file's text escaped.
    var plain: PlainText { lines.map { "\($0)" }.joined(separator: "\n") }
}
