/// Everything a worker is told by its configuration file, checked and with every default filled in.
///
/// A value obtained from `load` keeps every range in `ConfigurationKey.all`; one made by hand keeps what it was given.
public struct Configuration: Sendable, Equatable {
    /// The absolute path of the file the values came from.
    public var file: String
    /// The absolute path of the SQLite database that holds the outbox.
    public var database: String
    /// The absolute path of the directory for what must outlive the database's contents.
    public var stateDirectory: String
    /// The name of this deployment, where no state directory survives; otherwise nil.
    public var deployment: String?
    public var api: APISettings
    /// The journeys by the name producers write; rows of other names wait.
    public var journeys: [String: JourneySettings]
    public var delivery: DeliverySettings
    /// How long the audit of settled intents is kept.
    public var retention: Duration

    /// Makes a configuration whose optional parts have their defaults.
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

    /// The journey of this name, byte for byte as rows are compared: `journeys` itself also finds one that looks alike.
    public func journey(named name: String) -> JourneySettings? {
        journeys[name].flatMap { $0.name.utf8.elementsEqual(name.utf8) ? $0 : nil }
    }
}

extension Configuration {
    /// Finds, reads and checks the configuration file.
    ///
    /// The file is `file` if given, else `journey-outbox.yaml` in the current directory, else
    /// `/etc/journey-outbox/config.yaml`; at most 1 MiB. Relative paths inside the file start at the file's own
    /// directory; `file` and `database` start at the current one.
    ///
    /// - Parameter database: replaces the file's `database`, which may then be left out.
    /// - Throws: `ConfigurationError` with all problems at once; a value is returned only when there are none.
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
