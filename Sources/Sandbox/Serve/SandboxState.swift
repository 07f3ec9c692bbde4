/// What `GET /sandbox/state` shows.
public struct SandboxState: Sendable, Equatable, Codable {
    public var requests: Int
    public var effects: Int
    /// The sequence number the next record will have.
    public var nextSequence: Int64
    public var journeys: [SandboxJourney]
    /// Fingerprints of the accepted keys.
    public var apiKeys: [String]
    public var credit: Int?
    public var idempotencyKeys: Int
    public var dialect: SandboxDialect
    public var faults: SandboxFaults

    enum CodingKeys: String, CodingKey {
        case requests, effects, journeys, credit, dialect, faults
        case nextSequence = "next_seq"
        case apiKeys = "api_keys"
        case idempotencyKeys = "idempotency_keys"
    }
}
