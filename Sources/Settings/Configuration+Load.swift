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
