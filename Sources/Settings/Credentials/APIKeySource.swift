/// Where an API key is read. Every read opens the source again, so that a rotated key is noticed.
public enum APIKeySource: Sendable, Equatable {
    /// A file, given by its absolute path.
    case file(String)
    /// The file `api-key` in the credentials directory of a service manager, given by the path of the directory.
    ///
    /// Source: systemd.exec(5), `LoadCredential=`.
    case credentialsDirectory(String)
    /// An environment variable, given by its name.
    case environmentVariable(String)

    static let credentialName = "api-key"
    static let variableName = "SPOTZEE_API_KEY"
    /// The longest key file, in bytes: the longest key with ample whitespace.
    static let fileBytesMax = 4096

    /// Chooses the source: the file if it is given, else the credential if it exists, else `SPOTZEE_API_KEY`.
    ///
    /// The choice is made once. A file that is missing for a moment must not make the worker use another key.
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
            // A credential that exists and cannot be read is still the chosen source, so that its error is reported.
            return error == .missing ? .environmentVariable(variableName) : credential
        }
    }

    /// Reads the current key.
    ///
    /// - Throws: `APIKeyError`. Its message names the source and never contains a part of the key.
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
        // A service may share the key with its group. Access for every user is a mistake.
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

/// A key that was read, with warnings about how it is stored.
public struct APIKeyReading: Sendable, Equatable {
    public let key: APIKey
    /// The warnings, one sentence each. They never contain a part of the key.
    public let warnings: [String]
}
