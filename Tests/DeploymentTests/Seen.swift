import Delivery
@testable import Deployment

/// A database and its surroundings, to be varied by one thing at a time.
struct Seen {
    static let path = "/var/lib/app/app.db"
    static let directory = "/var/lib/journey-outbox"
    static let marks = Marks(fence: 3, intents: 100, batches: 10)

    var database = Sighting(uuid: "u1", stateDirectory: directory, marks: marks)
    var place = Place(database: path, stateDirectory: directory, deployment: nil)
    var surroundings = Surroundings(byUUID: binding(), byPath: binding())

    static func binding(_ uuid: String? = "u1", next: String? = nil, path: String = path) -> Binding {
        Binding(folder: "app.db-1", path: path, uuid: uuid, next: next, marks: marks)
    }

    var recognition: Recognition { Recognition.of(database, at: place, in: surroundings) }

    /// The cause of the adoption that is asked for; nil when none is.
    var cause: AdoptionCause? {
        if case .adopt(let need) = recognition { need.cause } else { nil }
    }

    var mark: Int64? {
        if case .adopt(let need) = recognition { need.mark } else { nil }
    }

    func with(_ change: (inout Seen) -> Void) -> Seen {
        var seen = self
        change(&seen)
        return seen
    }

    /// Nothing is remembered, neither of the database nor of its path.
    static let forgotten = Seen().with {
        $0.surroundings.byUUID = nil
        $0.surroundings.byPath = nil
    }

    /// Fresh from its migrations.
    static let fresh = forgotten.with { $0.database = Sighting(uuid: nil) }
}
