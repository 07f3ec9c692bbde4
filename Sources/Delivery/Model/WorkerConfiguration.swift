/// What a person has configured, as the worker uses it; replaced as a whole on a reload.
public struct WorkerConfiguration: Sendable {
    /// What the configuration says about idempotency keys.
    public enum Idempotency: String, Sendable {
        case auto
        case enforced
        case absent
    }

    public var journeys: [Journey]
    public var policy: DeliveryPolicy
    /// The API's base URL without a trailing slash.
    public var url: String
    public var version: String
    /// None means unlimited.
    public var rate: [RateLimit]
    public var idempotency: Idempotency

    public init(
        journeys: [Journey], policy: DeliveryPolicy, url: String, version: String, rate: [RateLimit],
        idempotency: Idempotency
    ) {
        self.journeys = journeys
        self.policy = policy
        self.url = url
        self.version = version
        self.rate = rate
        self.idempotency = idempotency
    }

    /// What becomes of the later intents of a dead one's ordering key, by journey.
    var onDead: [String: Journey.OnDead] {
        Dictionary(journeys.map { ($0.name, $0.onDead) }) { first, _ in first }
    }

    /// Where a journey's requests go under this configuration.
    public func target(of journey: Journey) -> Target {
        Target(url: url, journey: journey.id, entrance: journey.entranceID, version: version)
    }
}
