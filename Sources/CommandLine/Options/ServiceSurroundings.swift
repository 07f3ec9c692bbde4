import Foundation
import Settings

/// The surroundings of a person's shell, with the API key where the service has it.
///
/// systemd hands the key to the service as a credential, which a shell does not have; root finds it where systemd keeps
/// the running unit's credentials, or where the unit takes it from.
enum ServiceSurroundings {
    static let directories = ["/run/credentials/journey-outbox.service", "/etc/journey-outbox"]

    /// This process's own surroundings, and where they name no key, the service's.
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
