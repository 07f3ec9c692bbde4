import Foundation

/// What the loader takes from its surroundings, given to it so that tests need no globals.
public struct SettingsEnvironment: Sendable {
    /// The environment variables.
    public var variables: [String: String]
    /// The absolute path relative paths start at.
    public var currentDirectory: String
    public var files: any FileReading

    public init(variables: [String: String], currentDirectory: String, files: any FileReading) {
        self.variables = variables
        self.currentDirectory = currentDirectory
        self.files = files
    }

    /// The surroundings of this process, as they are now.
    public static var process: SettingsEnvironment {
        SettingsEnvironment(
            variables: ProcessInfo.processInfo.environment,
            currentDirectory: FileManager.default.currentDirectoryPath,
            files: SystemFiles()
        )
    }

    /// A variable's value; an empty one counts as unset.
    func variable(_ name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
