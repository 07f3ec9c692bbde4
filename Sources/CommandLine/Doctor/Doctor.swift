import Delivery
import Foundation
import Settings
import SpotzeeAPI

/// Looks at everything that delivering depends on, and changes nothing.
struct Doctor {
    let options: ConfigurationOptions
    let workerUser: String?
    let producerUser: String?

    func examine() async -> [Check] {
        var checks: [Check] = []
        let configuration = configuration(into: &checks)
        if let configuration { checks += await api(configuration) }
        guard let path = options.database ?? configuration?.database else { return checks }
        guard FileManager.default.fileExists(atPath: path) else {
            return checks + [
                .fail(
                    "database_file", "there is no database at \(path)", "check `database`: the application creates it")
            ]
        }
        let files = FileChecks(database: path)
        checks += files.all
        // The locks first: looking at them is safe only while this process has the database not open.
        checks += LockChecks(path: files.path).all
        checks += DatabaseChecks(path: files.path, configuration: configuration).all(at: SystemClock().now().wall)
        if let configuration { checks.append(IdentityCheck(path: files.path, configuration: configuration).check) }
        checks += PermissionChecks(path: files.path, workerUser: workerUser, producerUser: producerUser).all
        return checks
    }

    private func configuration(into checks: inout [Check]) -> Configuration? {
        do {
            let configuration = try Configuration.load(
                file: options.config, database: options.database, environment: ServiceSurroundings.environment())
            checks.append(.ok("configuration", configuration.file.isEmpty ? "no file: defaults" : configuration.file))
            return configuration
        } catch {
            let lines = String(describing: error).split(separator: "\n").joined(separator: "; ")
            checks.append(.fail("configuration", lines, "mend the file: docs/configuration.md lists every key"))
            return nil
        }
    }

    private func api(_ configuration: Configuration) async -> [Check] {
        let reading: APIKeyReading
        do {
            reading = try configuration.api.key.read(environment: .process)
        } catch {
            return [.fail("api_key", "\(error)", "put a secret key (sk_…) there, mode 0600")]
        }
        let key: Check =
            reading.warnings.first.map { .warn("api_key", $0, "chmod 600 the key's file") }
            ?? .ok("api_key", "a secret key can be read from \(configuration.api.key.place)")
        let sender = SpotzeeSender(
            keys: APIKeyRing(current: reading.key.withSecret { $0 }), connections: 1, timeout: .seconds(10),
            agent: "journey-outbox/\(Version.current)")
        let start = SystemClock().now().wall
        let directory = await sender.directory(url: configuration.api.url, version: configuration.api.version)
        let end = SystemClock().now().wall
        do { try await sender.shutdown() } catch { return [key, .fail("api", "\(error)", "try again")] }
        let middle = WallTime(milliseconds: (start.milliseconds + end.milliseconds) / 2)
        return [key] + APIChecks(configuration: configuration, directory: directory, now: middle).all
    }
}

extension APIKeySource {
    /// Where the key is read, for a person.
    var place: String {
        switch self {
        case .file(let path): path
        case .credentialsDirectory(let directory): "\(directory)/api-key"
        case .environmentVariable(let name): "the variable \(name)"
        }
    }
}
