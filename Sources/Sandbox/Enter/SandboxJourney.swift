/// A journey the stand-in knows.
///
/// Only a `live` one accepts entrances; `draft` and `off` answer 409 `state_conflict`.
public struct SandboxJourney: Sendable, Equatable, Codable {
    public enum Status: String, Sendable, Codable, CaseIterable {
        case draft, live, off
    }

    /// A wire shape of the trigger call.
    public enum RequestShape: String, Sendable, Codable, CaseIterable {
        /// `{"users":[…]}`: one call, up to 100 users.
        case users
        /// `{"entrance_id":n,"user":{…},"event":{…}}`: one call, one user.
        case entrance
    }

    public var id: Int
    public var name: String
    public var status: Status
    /// The entrance steps the entrance shape may name; another id answers 404.
    public var entranceIDs: [Int]
    /// The shapes the trigger accepts; the other one answers 400 `parameter_missing`.
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
