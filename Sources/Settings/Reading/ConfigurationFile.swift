/// A configuration file that was found and read, not yet understood.
struct ConfigurationFile {
    static let bytesMax = 1 << 20
    static let localName = "journey-outbox.yaml"
    static let systemPath = "/etc/journey-outbox/config.yaml"

    /// The path as it was named, for messages.
    let name: String
    /// The absolute path.
    let path: String
    let text: String

    /// Relative paths inside the file start here.
    var directory: String { FilePath.parent(of: path) }

    /// Reads the explicit file, else the first that exists of the two default places.
    static func find(
        _ explicit: String?, environment: SettingsEnvironment
    ) throws(ConfigurationError) -> ConfigurationFile {
        for name in explicit.map({ [$0] }) ?? [localName, systemPath] {
            do {
                return try read(name, environment: environment)
            } catch {
                // Only an absent default place lets the search go on: one that cannot be read is meant, and broken.
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
        // The parser was told the encoding, so it would take a byte order mark for content.
        let content = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        return ConfigurationFile(name: name, path: path, text: content)
    }
}
