import Yams

/// Converts a parsed file to a configuration, and collects all problems.
///
/// A wrong value is replaced by its default, so that reading continues to the next problem. The result is valid only
/// when `problems` is empty.
struct ConfigurationReader {
    let file: ConfigurationFile
    let environment: SettingsEnvironment
    var problems: ProblemList
    var document = YAMLDocument.empty

    init(file: ConfigurationFile, environment: SettingsEnvironment) {
        self.file = file
        self.environment = environment
        problems = ProblemList(file: file.name)
    }

    mutating func read(_ document: YAMLDocument, databaseOverride: String?) -> Configuration {
        self.document = document
        let root = rootSection()
        let database = database(in: root, override: databaseOverride)
        return Configuration(
            file: file.path,
            database: database,
            stateDirectory: stateDirectory(in: root),
            deployment: value(Keys.deployment, in: root),
            api: api(in: section("api", in: root)),
            journeys: journeys(in: section("journeys", in: root, isOpen: true)),
            delivery: delivery(in: section("delivery", in: root)),
            retention: value(Keys.retention, in: root))
    }

    private mutating func database(in root: Section, override: String?) -> String {
        // The value in the file is checked although the option replaces it, because it applies without the option.
        let given = root[Keys.database.name] == nil && override != nil ? nil : value(Keys.database, in: root)
        guard let override else { return given.map(absolute) ?? "" }
        do {
            return FilePath.absolute(try PathText.parse(ScalarText(override)), below: environment.currentDirectory)
        } catch {
            problems.add(error, source: "--database")
            return ""
        }
    }

    private mutating func stateDirectory(in root: Section) -> String {
        let given = value(Keys.stateDirectory, in: root)
        if root[Keys.stateDirectory.name] != nil { return given.map(absolute) ?? "" }
        if let found = StateDirectory.standard(in: environment) { return found }
        let complaint = Complaint(
            "has no default, for neither STATE_DIRECTORY, XDG_STATE_HOME nor HOME is set", "give a directory")
        problems.add(complaint, key: Keys.stateDirectory.path, at: root.position)
        return ""
    }

    private mutating func delivery(in section: Section) -> DeliverySettings {
        var delivery = DeliverySettings()
        delivery.batchSize = value(Keys.batchSize, in: section)
        delivery.batchBytesMax = value(Keys.batchBytes, in: section)
        delivery.connections = value(Keys.connections, in: section)
        delivery.linger = value(Keys.linger, in: section)
        delivery.requestTimeout = value(Keys.requestTimeout, in: section)
        delivery.backoff = backoff(in: self.section("backoff", in: section))
        delivery.attemptsMax = value(Keys.maxAttempts, in: section)
        delivery.unknownAfter = value(Keys.unknownAfter, in: section)
        return delivery
    }

    private mutating func backoff(in section: Section) -> BackoffSettings {
        var backoff = BackoffSettings()
        backoff.initial = value(Keys.backoffInitial, in: section)
        backoff.max = value(Keys.backoffMax, in: section)
        if backoff.initial > backoff.max {
            let (initial, max) = (DurationText.format(backoff.initial), DurationText.format(backoff.max))
            problems.add(
                Complaint("\(initial) is above delivery.backoff.max, \(max)", "lower it or raise max"),
                key: Keys.backoffInitial.path,
                at: section[Keys.backoffInitial.name].map { SourcePosition($0.value) } ?? section.position)
        }
        return backoff
    }

    /// The absolute form of a path in the file. A relative path starts at the directory of the file.
    func absolute(_ path: String) -> String {
        FilePath.absolute(path, below: file.directory)
    }
}

extension ConfigurationReader {
    mutating func api(in section: Section) -> APISettings {
        let keyFile = value(Keys.keyFile, in: section).map(absolute)
        let previous = value(Keys.previousKeyFile, in: section).map(absolute)
        if let previous, previous == keyFile, let entry = section[Keys.previousKeyFile.name] {
            let complaint = Complaint("is the same file as api.key_file", "name the file of the key before")
            problems.add(complaint, key: Keys.previousKeyFile.path, at: SourcePosition(entry.value))
        }
        var api = APISettings(key: .standard(keyFile: keyFile, environment: environment))
        api.previousKey = previous.map { .file($0) }
        api.url = value(Keys.url, in: section)
        api.version = value(Keys.version, in: section)
        api.idempotency = value(Keys.idempotency, in: section)
        api.rateLimits = rateLimits(in: section)
        return api
    }
}
