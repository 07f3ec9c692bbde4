/// A configuration file that was found and read, and not yet parsed.
struct ConfigurationFile {
    static let bytesMax = 1 << 20
    static let localName = "journey-outbox.yaml"
    static let systemPath = "/etc/journey-outbox/config.yaml"

    /// The path as it was given, for messages.
    let name: String
    /// The absolute path.
    let path: String
    let text: String

    /// The directory of the file, at which relative paths inside the file start.
    var directory: String { FilePath.parent(of: path) }

    /// Reads the explicit file, or else the first existing one of the two default files.
    static func find(
        _ explicit: String?, environment: SettingsEnvironment
    ) throws(ConfigurationError) -> ConfigurationFile {
        for name in explicit.map({ [$0] }) ?? [localName, systemPath] {
            do {
                return try read(name, environment: environment)
            } catch {
                // Only a missing default file continues the search. A file that exists and cannot be read is an error.
                if error == .missing, explicit == nil { continue }
                throw ConfigurationError(error.complaint, source: name)
            }
        }
        let local = FilePath.absolute(localName, below: environment.currentDirectory)
        let complaint = Complaint("found neither \(local) nor \(systemPath)", "create one of them or name a file")
        throw ConfigurationError(complaint, source: "configuration")
    }

    private static func read(
        _ name: String, environment: SettingsEnvironment
    ) throws(FileReadingError) -> ConfigurationFile {
        let path = FilePath.absolute(name, below: environment.currentDirectory)
        let contents = try environment.files.read(path, bytesMax: bytesMax)
        guard let text = String(validating: contents.bytes, as: UTF8.self) else { throw .notText }
        // The parser gets the encoding explicitly, so it would read a byte order mark as content.
        let content = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        return ConfigurationFile(name: name, path: path, text: content)
    }
}
