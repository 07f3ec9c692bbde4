import Delivery
@testable import Deployment

/// The inputs of one decision; a test changes one of them at a time.
struct IdentityInput {
    static let path = "/var/lib/app/app.db"
    static let directory = "/var/lib/journey-outbox"
    static let marks = Marks(fence: 3, intents: 100, batches: 10)

    var database = IdentityRecord(uuid: "u1", stateDirectory: directory, marks: marks)
    var site = DeploymentSite(database: path, stateDirectory: directory, deployment: nil)
    var evidence = StateEvidence(byUUID: binding(), byPath: binding())

    static func binding(_ uuid: String? = "u1", next: String? = nil, path: String = path) -> Binding {
        Binding(folder: "app.db-1", path: path, uuid: uuid, next: next, marks: marks)
    }

    var verdict: IdentityVerdict { IdentityVerdict.of(database, at: site, given: evidence) }

    /// The cause of the needed adoption; nil when none is needed.
    var cause: AdoptionCause? {
        if case .adopt(let need) = verdict { need.cause } else { nil }
    }

    var mark: Int64? {
        if case .adopt(let need) = verdict { need.mark } else { nil }
    }

    func with(_ change: (inout IdentityInput) -> Void) -> IdentityInput {
        var input = self
        change(&input)
        return input
    }

    /// The state directory has no record of the database or of its path.
    static let forgotten = IdentityInput().with {
        $0.evidence.byUUID = nil
        $0.evidence.byPath = nil
    }

    /// A database that was migrated and never served.
    static let fresh = forgotten.with { $0.database = IdentityRecord(uuid: nil) }
}
