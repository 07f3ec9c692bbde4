import Deployment
import Operation
import Settings

/// Whether the database is the one that its worker serves, and not a copy, a restored backup or another one.
struct IdentityCheck {
    static let name = "identity"

    let engine: any OutboxEngine
    let configuration: Configuration

    var check: Check {
        do {
            let store = try engine.operatorStore(for: .looking, lockWait: 2)
            var verdict = try verdict(on: store, in: configuration.stateDirectory)
            // The operator's own state directory is not the service's: inspect with the one that the worker used.
            if case .refused(let directory) = verdict { verdict = try self.verdict(on: store, in: directory) }
            return Self.judge(verdict)
        } catch let failure as StateFailure {
            return .warn(Self.name, "\(failure.path): \(failure.reason)", "as root: journey-outbox doctor")
        } catch {
            return .warn(Self.name, "\(error)", "try again")
        }
    }

    private func verdict(on store: any OperatorStore, in directory: String) throws -> IdentityVerdict {
        try IdentityInspection(reading: configuration, of: engine, in: directory).verdict(on: store)
    }

    static func judge(_ verdict: IdentityVerdict) -> Check {
        switch verdict {
        case .bind: .ok(name, "no worker has served it yet: the first one gives it its identity")
        case .known: .ok(name, "the worker's state directory has the record of this outbox")
        case .knownByName:
            .ok(name, "it belongs to this deployment; without a record, a restored backup cannot be detected")
        case .adopt(let need): .fail(name, "\(need.pauseCause): \(need.sight)", "journey-outbox adopt")
        case .refused(let directory):
            .fail(name, "it is served with the state directory \(directory)", "set state_dir: \(directory)")
        }
    }
}
