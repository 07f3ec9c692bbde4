/// All keys of the configuration file, with their defaults and ranges. They are defined here only.
enum Keys {
    /// The integers that every JSON reader represents exactly: those up to 2⁵³ − 1 (RFC 8259, section 6).
    static let identifiers = 1...9_007_199_254_740_991

    static let database = Key.required("database", .path)
    static let stateDirectory = Key.optional(
        "state_dir", .path,
        text: "$STATE_DIRECTORY, else $XDG_STATE_HOME/journey-outbox, else ~/.local/state/journey-outbox")
    static let deployment = Key.optional("deployment", .name)

    static let url = Key("url", in: "api", .baseURL, standard: "https://apix.spotzee.com/api/client")
    static let version = Key("version", in: "api", .release, standard: "2026-04-28")
    static let keyFile = Key.optional(
        "key_file", in: "api", .path, text: "$CREDENTIALS_DIRECTORY/api-key, else the variable SPOTZEE_API_KEY")
    static let previousKeyFile = Key.optional("previous_key_file", in: "api", .path)
    static let idempotency = Key("idempotency", in: "api", .choice(of: IdempotencyMode.self), standard: .auto)
    static let rate = Key(
        "rate", in: "api", .rateLimits,
        standard: [
            RateLimitSetting(requests: 1000, per: .seconds(10)), RateLimitSetting(requests: 8000, per: .seconds(60)),
        ])

    static let journeyID = Key.required("id", in: "journeys.NAME", .integer(identifiers))
    static let entranceID = Key.optional("entrance_id", in: "journeys.NAME", .integer(identifiers))
    static let onUnknown = Key(
        "on_unknown", in: "journeys.NAME", .choice(of: JourneySettings.UnknownPolicy.self), standard: .hold)
    static let onDead = Key(
        "on_dead", in: "journeys.NAME", .choice(of: JourneySettings.DeadPolicy.self), standard: .continue)
    static let priority = Key("priority", in: "journeys.NAME", .integer(-1000...1000), standard: 0)

    static let batchSize = Key("batch_size", in: "delivery", .integer(1...100), standard: 100)
    static let batchBytes = Key("batch_bytes", in: "delivery", .bytes(64 << 10...16 << 20), standard: 1 << 20)
    static let connections = Key("connections", in: "delivery", .integer(1...256), standard: 8)
    static let linger = Key(
        "linger", in: "delivery", .duration(.zero ... .minutes(1), usual: "ms"), standard: .milliseconds(20))
    static let requestTimeout = Key(
        "request_timeout", in: "delivery", .duration(.seconds(1) ... .minutes(10)), standard: .seconds(30))
    static let backoffInitial = Key(
        "initial", in: "delivery.backoff", .duration(.milliseconds(10) ... .minutes(1)), standard: .seconds(1))
    static let backoffMax = Key(
        "max", in: "delivery.backoff", .duration(.milliseconds(10) ... .hours(1)), standard: .minutes(5))
    static let maxAttempts = Key("max_attempts", in: "delivery", .integer(1...1000), standard: 5)
    static let unknownAfter = Key(
        "unknown_after", in: "delivery", .duration(.zero ... .hours(23), usual: "h"), standard: .hours(22))

    static let retention = Key(
        "retention", .duration(.hours(1) ... .days(3650), usual: "d"), standard: .days(7))
}
