import ArgumentParser
import Settings

/// Which configuration a command works under.
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

    /// The configuration, or exit 78 with every problem on stderr.
    func load() throws -> Configuration {
        do {
            return try Configuration.load(file: config, database: database, environment: .process)
        } catch {
            throw Failure.configuration(String(describing: error))
        }
    }
}
