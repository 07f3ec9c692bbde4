import Foundation
import Settings

/// The environment of the operator's shell, completed with the API key of the service.
///
/// systemd passes the key to the service as a credential, which a shell does not have. Root finds it in the credentials
/// of the running unit, or in the file from which the unit reads it.
enum ServiceEnvironment {
    static let directories = ["/run/credentials/journey-outbox.service", "/etc/journey-outbox"]

    /// The environment of this process; where it names no key, with the service's credentials directory.
    static func environment(
        _ own: SettingsEnvironment = .process, directories: [String] = directories
    ) -> SettingsEnvironment {
        let named = ["CREDENTIALS_DIRECTORY", "SPOTZEE_API_KEY"].contains { !(own.variables[$0] ?? "").isEmpty }
        guard !named,
            let directory = directories.first(where: { FileManager.default.isReadableFile(atPath: "\($0)/api-key") })
        else { return own }
        var environment = own
        environment.variables["CREDENTIALS_DIRECTORY"] = directory
        return environment
    }
}
