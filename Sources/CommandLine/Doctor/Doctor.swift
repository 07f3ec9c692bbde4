import Delivery
import Foundation
import Operation
import Settings
import SpotzeeAPI

/// Checks everything that delivery depends on. It changes nothing.
struct Doctor {
    let options: ConfigurationOptions
    let workerUser: String?
    let producerUser: String?

    func examine() async -> [Check] {
        var checks: [Check] = []
        let configuration = configuration(into: &checks)
        if let configuration { checks += await api(configuration) }
        guard let path = options.database ?? configuration?.database else { return checks }
        if let missing = Engine.engine(for: path).checks.missingDatabase { return checks + [missing] }
        let engine = Engine.engine(for: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        checks += engine.checks.beforeConnecting()
        checks += DatabaseChecks(engine: engine, configuration: configuration).all(at: SystemClock().now().wall)
        if let configuration { checks.append(IdentityCheck(engine: engine, configuration: configuration).check) }
        checks += engine.checks.access(workerUser: workerUser, producerUser: producerUser)
        return checks
    }

    private func configuration(into checks: inout [Check]) -> Configuration? {
        do {
            let configuration = try Configuration.load(
                file: options.config, database: options.database, environment: ServiceEnvironment.environment())
            checks.append(.ok("configuration", configuration.file.isEmpty ? "no file: defaults" : configuration.file))
            return configuration
        } catch {
            let lines = String(describing: error).split(separator: "\n").joined(separator: "; ")
            checks.append(.fail("configuration", lines, "correct the file: docs/configuration.md lists every key"))
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
    /// Where the key is read from, as text for the operator.
    var place: String {
        switch self {
        case .file(let path): path
        case .credentialsDirectory(let directory): "\(directory)/api-key"
        case .environmentVariable(let name): "the variable \(name)"
        }
    }
}
