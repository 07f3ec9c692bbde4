import Settings

/// Files that exist in memory only.
struct FakeFiles: FileReading {
    var contents: [String: FileContents] = [:]
    var failures: [String: FileReadingError] = [:]

    func read(_ path: String, bytesMax: Int) throws(FileReadingError) -> FileContents {
        if let failure = failures[path] { throw failure }
        guard let found = contents[path] else { throw .missing }
        guard found.bytes.count <= bytesMax else { throw .tooLarge(bytesMax: bytesMax) }
        return found
    }

    mutating func add(_ path: String, _ text: String, permissions: UInt32 = 0o600) {
        contents[path] = FileContents(bytes: Array(text.utf8), permissions: permissions)
    }
}

extension SettingsEnvironment {
    /// An environment with the given files and variables, and the current directory `/home`.
    static func fake(_ files: [String: String] = [:], variables: [String: String] = [:]) -> SettingsEnvironment {
        var fake = FakeFiles()
        for (path, text) in files { fake.add(path, text) }
        let all = ["HOME": "/home/ada"].merging(variables) { $1 }
        return SettingsEnvironment(variables: all, currentDirectory: "/home", files: fake)
    }
}

/// Loads a text as the file `c.yaml`.
func load(
    _ yaml: String, database: String? = nil, variables: [String: String] = [:]
) throws(ConfigurationError) -> Configuration {
    try Configuration.load(
        file: "c.yaml", database: database, environment: .fake(["/home/c.yaml": yaml], variables: variables))
}

/// The problems of a text, one line each; empty when it loads.
func problems(_ yaml: String, database: String? = nil, variables: [String: String] = [:]) -> [String] {
    do {
        _ = try load(yaml, database: database, variables: variables)
        return []
    } catch {
        return error.description.split(separator: "\n").map(String.init)
    }
}

/// The problems of a text behind a first line that sets `database`.
func problems(below yaml: String) -> [String] {
    problems("database: /d\n" + yaml)
}
