import Prometheus

/// Every metric that is served, in the order in which it is served. docs/metrics.md lists the same.
enum MetricCatalogue {
    static let prefix = "journey_outbox_"

    static let requestBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
    static let deliveryBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400]
    static let lockBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]

    static let intents = MetricDefinition(
        prefix + "intents", .gauge, labels: ["state"], help: "Intents by state, as `status` counts them.")
    static let intentsEstimated = MetricDefinition(
        prefix + "intents_estimated", .gauge, help: "1 when a number of intents is an estimate.")
    static let oldestAge = MetricDefinition(
        prefix + "oldest_intent_age_seconds", .gauge,
        help: "How long ago the oldest due intent could first have been delivered; 0 when nothing is due.")
    static let drainETA = MetricDefinition(
        prefix + "drain_eta_seconds", .gauge,
        help:
            "How long the backlog takes at the rate of the last minute; +Inf when intents are due and none is delivered."
    )
    static let delivered = MetricDefinition(
        prefix + "intents_delivered_total", .counter, help: "Intents delivered.")
    static let dead = MetricDefinition(
        prefix + "intents_dead_total", .counter, help: "Intents that became dead letters.")
    static let batches = MetricDefinition(
        prefix + "batches_total", .counter, labels: ["outcome"],
        help: "Batches by outcome when settled; in_doubt when put in doubt, sending when to be sent again.")
    static let rejections = MetricDefinition(
        prefix + "rejections_total", .counter, labels: ["code"],
        help: "Intents rejected, by the API's code or the worker's own.")
    static let request = MetricDefinition(
        prefix + "request_duration_seconds", .histogram(requestBuckets), labels: ["status"],
        help: "How long requests took, by the class of their status; none means that no answer came.")
    static let delivery = MetricDefinition(
        prefix + "delivery_duration_seconds", .histogram(deliveryBuckets),
        help: "The time from when an intent could be delivered (its commit, or scheduled_at) until its delivery.")
    static let pause = MetricDefinition(
        prefix + "paused", .gauge, labels: ["scope", "cause"],
        help: "1 for each pause of everything or of a journey.")
    static let pauseUntil = MetricDefinition(
        prefix + "paused_until_timestamp_seconds", .gauge, labels: ["scope", "cause"],
        help: "When the worker probes whether a pause can end; +Inf when only the operator ends it.")
    static let lockWait = MetricDefinition(
        prefix + "write_lock_wait_seconds", .histogram(lockBuckets),
        help: "How long the worker's rounds waited for the write lock.")
    static let lockHold = MetricDefinition(
        prefix + "write_lock_hold_seconds", .histogram(lockBuckets),
        help: "How long the worker's rounds held the write lock, their commit included.")
    static let busy = MetricDefinition(
        prefix + "database_busy_total", .counter, help: "How often another process held the database for too long.")
    static let walSize = MetricDefinition(
        prefix + "wal_size_bytes", .gauge, help: "The size of the write-ahead log; 0 in rollback mode.")
    static let databaseSize = MetricDefinition(
        prefix + "database_size_bytes", .gauge, help: "The size of the database without its log.")
    static let sampled = MetricDefinition(
        prefix + "sample_timestamp_seconds", .gauge,
        help: "When the gauges above were read from the database.")
    static let build = MetricDefinition(
        prefix + "build_info", .gauge, labels: ["version", "sqlite"],
        help: "1, with the version of the program and of the SQLite it runs on.")

    static let all = [
        intents, intentsEstimated, oldestAge, drainETA, delivered, dead, batches, rejections, request, delivery, pause,
        pauseUntil, lockWait, lockHold, busy, walSize, databaseSize, sampled, build,
    ]
}
