/// A journey of the sandbox.
///
/// Only a `live` journey accepts entrances. `draft` and `off` are answered with 409 `state_conflict`.
public struct SandboxJourney: Sendable, Equatable, Codable {
    public enum Status: String, Sendable, Codable, CaseIterable {
        case draft, live, off
    }

    /// The shape of the body of a trigger call.
    public enum RequestShape: String, Sendable, Codable, CaseIterable {
        /// `{"users":[…]}`, with up to 100 users.
        case users
        /// `{"entrance_id":n,"user":{…},"event":{…}}`, with one user.
        case entrance
    }

    public var id: Int
    public var name: String
    public var status: Status
    /// The ids of the entrance steps. The entrance shape gets 404 for another id.
    public var entranceIDs: [Int]
    /// The accepted shapes. The other one gets 400 `parameter_missing`.
    public var shapes: Set<RequestShape>

    public init(
        id: Int, name: String? = nil, status: Status = .live, entranceIDs: [Int] = [1],
        shapes: Set<RequestShape> = Set(RequestShape.allCases)
    ) {
        self.id = id
        self.name = name ?? "Journey \(id)"
        self.status = status
        self.entranceIDs = entranceIDs
        self.shapes = shapes
    }

    enum CodingKeys: String, CodingKey {
        case id, name, status, shapes
        case entranceIDs = "entrance_ids"
    }
}
