/// The checked contents of a configuration file, with the default of every key that the file leaves out.
///
/// A value from `load` keeps every range in `ConfigurationKey.all`. The initialiser checks nothing.
public struct Configuration: Sendable, Equatable {
    /// The absolute path of the configuration file.
    public var file: String
    /// The absolute path of the SQLite database that holds the outbox.
    public var database: String
    /// The absolute path of the state directory, whose contents must survive a restore of the database.
    public var stateDirectory: String
    /// The name of this deployment, for machines on which no state directory survives; nil when there is none.
    public var deployment: String?
    public var api: APISettings
    /// The journeys, by the name that producers write. Intents for other names wait.
    public var journeys: [String: JourneySettings]
    public var delivery: DeliverySettings
    /// How long the records of ended intents are kept.
    public var retention: Duration

    /// Creates a configuration whose optional parts have their default values.
    public init(
        file: String = "",
        database: String,
        stateDirectory: String,
        deployment: String? = nil,
        api: APISettings,
        journeys: [String: JourneySettings] = [:],
        delivery: DeliverySettings = DeliverySettings(),
        retention: Duration = .seconds(7 * 86_400)
    ) {
        self.file = file
        self.database = database
        self.stateDirectory = stateDirectory
        self.deployment = deployment
        self.api = api
        self.journeys = journeys
        self.delivery = delivery
        self.retention = retention
    }

    /// The journey with this name, compared byte by byte as SQLite compares the names in rows.
    ///
    /// A look-up in `journeys` would also find a name that is canonically equivalent in Unicode.
    public func journey(named name: String) -> JourneySettings? {
        journeys[name].flatMap { $0.name.utf8.elementsEqual(name.utf8) ? $0 : nil }
    }
}

extension Configuration {
    /// Finds, reads and checks a configuration file.
    ///
    /// The file is `file` if it is given, else `journey-outbox.yaml` in the current directory, else
    /// `/etc/journey-outbox/config.yaml`. It has at most 1 MiB. Relative paths inside the file start at the directory
    /// of the file; relative paths in `file` and `database` start at the current directory.
    ///
    /// - Parameters:
    ///   - file: the path of the file; nil searches the two default paths.
    ///   - database: replaces `database` of the file, which may then be left out.
    ///   - environment: variables, current directory and files.
    /// - Throws: `ConfigurationError` with all problems of the file at once.
    public static func load(
        file: String? = nil,
        database: String? = nil,
        environment: SettingsEnvironment
    ) throws(ConfigurationError) -> Configuration {
        let found = try ConfigurationFile.find(file, environment: environment)
        let document = try YAMLDocument.compose(found)
        var reader = ConfigurationReader(file: found, environment: environment)
        let configuration = reader.read(document, databaseOverride: database)
        if let error = reader.problems.error { throw error }
        return configuration
    }
}
