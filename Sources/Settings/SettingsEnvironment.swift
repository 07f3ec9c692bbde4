import Foundation

/// The process environment that the loader uses: a value, so that the loader reads no global state.
public struct SettingsEnvironment: Sendable {
    /// The environment variables.
    public var variables: [String: String]
    /// The absolute path of the current directory, at which relative paths start.
    public var currentDirectory: String
    public var files: any FileReading

    public init(variables: [String: String], currentDirectory: String, files: any FileReading) {
        self.variables = variables
        self.currentDirectory = currentDirectory
        self.files = files
    }

    /// The environment of this process at this moment.
    public static var process: SettingsEnvironment {
        SettingsEnvironment(
            variables: ProcessInfo.processInfo.environment,
            currentDirectory: FileManager.default.currentDirectoryPath,
            files: SystemFiles()
        )
    }

    /// The value of a variable. An empty variable counts as unset.
    func variable(_ name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
