/// Where an API key is read, at any time anew, so that a rotated one is noticed.
public enum APIKeySource: Sendable, Equatable {
    /// A file, by its absolute path.
    case file(String)
    /// The file `api-key` in the directory of a service manager's credentials, by the directory's path.
    case credentialsDirectory(String)
    /// An environment variable, by its name.
    case environmentVariable(String)

    static let credentialName = "api-key"
    static let variableName = "SPOTZEE_API_KEY"
    /// Room for the longest key and generous whitespace.
    static let fileBytesMax = 4096

    /// The file if named, else the credential if there is one, else `SPOTZEE_API_KEY`.
    ///
    /// The choice is made once: a file that is gone for a moment must not let another key through.
    public static func standard(keyFile: String?, environment: SettingsEnvironment) -> APIKeySource {
        if let keyFile { return .file(keyFile) }
        guard let directory = environment.variable("CREDENTIALS_DIRECTORY") else {
            return .environmentVariable(variableName)
        }
        let credential = APIKeySource.credentialsDirectory(directory)
        do {
            _ = try environment.files.read(FilePath.absolute(credentialName, below: directory), bytesMax: fileBytesMax)
            return credential
        } catch {
            // A credential that exists and cannot be read is still the one meant: its error should be seen.
            return error == .missing ? .environmentVariable(variableName) : credential
        }
    }

    /// Reads the key as it is now.
    ///
    /// - Throws: `APIKeyError`, whose message names the source and holds nothing of the key.
    public func read(environment: SettingsEnvironment) throws(APIKeyError) -> APIKeyReading {
        switch self {
        case .file(let path):
            return try Self.read(file: path, environment: environment)
        case .credentialsDirectory(let directory):
            let path = FilePath.absolute(Self.credentialName, below: directory)
            return try Self.read(file: path, environment: environment)
        case .environmentVariable(let name):
            guard let text = environment.variable(name) else { throw APIKeyError(unset: name) }
            return APIKeyReading(key: try Self.key(text, source: name), warnings: [])
        }
    }

    private static func read(
        file path: String, environment: SettingsEnvironment
    ) throws(APIKeyError) -> APIKeyReading {
        let contents: FileContents
        do {
            contents = try environment.files.read(path, bytesMax: fileBytesMax)
        } catch {
            throw APIKeyError(error, path: path)
        }
        guard let text = String(validating: contents.bytes, as: UTF8.self) else {
            throw APIKeyError(.notText, path: path)
        }
        // Group access is how a service shares a key with its own kind; everybody's is a mistake.
        let isOpen = contents.permissions & 0o004 != 0
        let warnings = isOpen ? ["\(path): API key: every user of this machine can read it; chmod o-rwx it"] : []
        return APIKeyReading(key: try key(text, source: path), warnings: warnings)
    }

    private static func key(_ text: String, source: String) throws(APIKeyError) -> APIKey {
        do {
            return try APIKey(text)
        } catch {
            var named = error
            named.source = source
            throw named
        }
    }
}

/// A key as it was read, and what a person should know about how it is kept.
public struct APIKeyReading: Sendable, Equatable {
    public let key: APIKey
    /// One sentence each; nothing of the key is in them.
    public let warnings: [String]
}
