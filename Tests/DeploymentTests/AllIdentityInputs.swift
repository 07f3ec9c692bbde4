import Delivery
@testable import Deployment

/// Every combination of inputs of the decision, about fifty thousand.
enum AllIdentityInputs {
    private static let databases: [IdentityRecord] = {
        var all: [IdentityRecord] = []
        for uuid in [nil, "u1", "u2"] {
            for directory in [nil, IdentityInput.directory, "/other"] {
                for deployment in [nil, "production", "staging"] {
                    for marks in [Marks(), IdentityInput.marks, Marks(fence: 2, intents: 100, batches: 10)] {
                        for pending in [nil, PendingAdoption(cause: .restored, mark: 60)] {
                            all.append(
                                IdentityRecord(
                                    uuid: uuid, stateDirectory: directory, deployment: deployment, marks: marks,
                                    pending: pending))
                        }
                    }
                }
            }
        }
        return all
    }()

    private static let bindings: [Binding?] = [
        nil, IdentityInput.binding(), IdentityInput.binding("u1", next: "u2"), IdentityInput.binding(nil, next: "u2"),
        IdentityInput.binding(path: "/old/app.db"),
    ]

    static var cases: some Sequence<IdentityInput> {
        databases.lazy.flatMap { database in
            bindings.lazy.flatMap { known in
                evidence(of: database, known).lazy.map { evidence, deployment in
                    var input = IdentityInput()
                    input.database = database
                    input.site.deployment = deployment
                    input.evidence = evidence
                    return input
                }
            }
        }
    }

    private static func evidence(of database: IdentityRecord, _ known: Binding?) -> [(StateEvidence, String?)] {
        // Evidence is built as the worker builds it: the binding matches by uuid, by path, or both.
        let byUUID = database.uuid.flatMap { uuid in known.flatMap { $0.knows(uuid) ? $0 : nil } }
        let byPath = known.flatMap { $0.path == IdentityInput.path ? $0 : nil }
        let moved = byUUID.map { $0.path != IdentityInput.path } ?? false
        let isElsewhere =
            byUUID == nil && (database.stateDirectory ?? IdentityInput.directory) != IdentityInput.directory
        var all: [(StateEvidence, String?)] = []
        for old in moved ? [.gone, .holds, .sameFile, .unreadable] : [StateEvidence.FormerPath.here] {
            for elsewhere in isElsewhere ? [.absent, .serves, .unreadable] : [StateEvidence.OtherDirectory.none] {
                for isUnsettled in byUUID == nil ? [false] : [false, true] {
                    for deployment in [nil, "production"] {
                        let evidence = StateEvidence(
                            byUUID: byUUID, byPath: byPath, formerPath: old, otherDirectory: elsewhere,
                            isUnsettled: isUnsettled)
                        all.append((evidence, deployment))
                    }
                }
            }
        }
        return all
    }
}
