/// The configuration that the worker uses. A reload replaces it as a whole.
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
    /// The rate limits, which all hold at the same time; an empty list means no limit.
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

    /// What happens to the later intents of a dead intent's ordering key, by the name of the journey.
    var onDead: [String: Journey.OnDead] {
        Dictionary(journeys.map { ($0.name, $0.onDead) }) { first, _ in first }
    }

    /// Returns where the requests of a journey go under this configuration.
    public func target(of journey: Journey) -> Target {
        Target(url: url, journey: journey.id, entrance: journey.entranceID, version: version)
    }
}
