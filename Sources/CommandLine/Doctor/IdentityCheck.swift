import Deployment
import SQLiteStore
import Settings

/// Whether the database is the one that its worker serves: not a copy, not a restored backup, not another's.
struct IdentityCheck {
    static let name = "identity"

    let path: String
    let configuration: Configuration

    var check: Check {
        do {
            let connection = try OperatorConnection(path: path, for: .looking, busyTimeout: 2)
            var verdict = try look(connection, in: configuration.stateDirectory)
            // A person's own directory is not the service's: look with the eyes of the worker that served it.
            if case .refused(let directory) = verdict { verdict = try look(connection, in: directory) }
            return Self.judge(verdict, path: path)
        } catch let failure as StateFailure {
            return .warn(Self.name, "\(failure.path): \(failure.reason)", "as root: journey-outbox doctor")
        } catch {
            return .warn(Self.name, "\(error)", "try again")
        }
    }

    private func look(_ connection: OperatorConnection, in directory: String) throws -> IdentityVerdict {
        try RecognitionLook(looking: configuration, at: path, in: directory).recognise(connection)
    }

    static func judge(_ verdict: IdentityVerdict, path: String) -> Check {
        switch verdict {
        case .bind: .ok(name, "no worker has served it yet: the first one gives it its identity")
        case .known: .ok(name, "it is the outbox that its worker's state directory knows")
        case .knownByName:
            .ok(name, "it belongs to this deployment; without a record, a restored backup could not be told")
        case .adopt(let need): .fail(name, "\(need.pauseCause): \(need.sight)", "journey-outbox adopt")
        case .refused(let directory):
            .fail(name, "it is served with the state directory \(directory)", "set state_dir: \(directory)")
        }
    }
}
