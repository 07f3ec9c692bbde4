import Delivery
import Foundation
import PlainText
import Settings
import SpotzeeAPI

/// The parts of a worker that are made from the configuration.
struct Setup {
    let configuration: Configuration
    let keys: APIKeyRing
    /// The key's text as it was read at the start.
    let apiKey: String

    init(_ configuration: Configuration) throws {
        self.configuration = configuration
        apiKey = try Self.read(configuration.api.key)
        keys = APIKeyRing(
            current: apiKey, previous: try configuration.api.previousKey.map(Self.read))
    }

    /// The key's text, or exit 78 with a remedy.
    static func read(_ source: APIKeySource) throws -> String {
        do {
            let reading = try source.read(environment: .process)
            for warning in reading.warnings { Output.error("journey-outbox: \(warning)") }
            return reading.key.withSecret { $0 }
        } catch {
            throw CommandFailure.configuration("\(error)")
        }
    }

    func sender() -> SpotzeeSender {
        SpotzeeSender(
            keys: keys, connections: configuration.delivery.connections,
            timeout: configuration.delivery.requestTimeout, agent: "journey-outbox/\(Version.current)")
    }
}

extension WorkerConfiguration {
    /// The values of the configuration file, in the worker's types.
    init(_ configuration: Configuration) {
        let delivery = configuration.delivery
        self.init(
            journeys: configuration.journeys.values.sorted { $0.name < $1.name }.map(Journey.init),
            policy: DeliveryPolicy(
                batchSize: delivery.batchSize, bodyBytesMax: delivery.batchBytesMax, connections: delivery.connections,
                linger: delivery.linger, backoff: Backoff(initial: delivery.backoff.initial, max: delivery.backoff.max),
                maxAttempts: delivery.attemptsMax, unknownAfter: delivery.unknownAfter,
                retention: configuration.retention),
            url: configuration.api.url, version: configuration.api.version,
            rate: configuration.api.rateLimits.map { Delivery.RateLimit(requests: $0.requests, per: $0.window) },
            idempotency: Idempotency(configuration.api.idempotency))
    }
}

extension WorkerConfiguration.Idempotency {
    init(_ mode: IdempotencyMode) {
        switch mode {
        case .auto: self = .auto
        case .enforced: self = .enforced
        case .absent: self = .absent
        }
    }
}

extension Journey {
    init(_ settings: JourneySettings) {
        self.init(
            name: settings.name, id: Int64(settings.id), entranceID: settings.entranceID.map(Int64.init),
            onUnknown: settings.onUnknown == .resend ? .resend : .hold,
            onDead: settings.onDead == .block ? .block : .continue, priority: settings.priority)
    }
}
