/// What the worker has learned or was told, and the database does not know yet.
struct UnstoredChanges: Sendable {
    /// The body limit that a 413 has taught, in bytes.
    private(set) var bodyBytesMax: Int?
    private var bodyLimit: BodyLimitChange?
    private var onDead: [String: Journey.OnDead]
    /// Rows may wait for a time that only a clock since set back could have given them.
    private var endsOverlongWaits = true

    init(bodyBytesMax: Int?, onDead: [String: Journey.OnDead]) {
        self.bodyBytesMax = bodyBytesMax
        self.onDead = onDead
    }

    /// Learns from a 413 that a smaller body may get through.
    mutating func learnBodyLimit(from batch: Batch) {
        guard batch.size > 1 else { return }
        let smaller = max(64 * 1024, batch.body.count / 2)
        guard smaller < bodyBytesMax ?? .max, smaller < batch.body.count else { return }
        bodyBytesMax = smaller
        bodyLimit = .learned(smaller)
    }

    /// Follows a configuration. The limit that a 413 has taught is forgotten: the reload may be about a raised limit.
    mutating func follow(_ configuration: WorkerConfiguration) {
        onDead = configuration.onDead
        endsOverlongWaits = true
        guard bodyBytesMax != nil else { return }
        bodyBytesMax = nil
        bodyLimit = .forgotten
    }

    mutating func endOverlongWaits() { endsOverlongWaits = true }

    /// Hands everything to a round.
    ///
    /// - Parameter waitMax: no row waits longer than this by right.
    mutating func move(into round: inout Round, waitMax: Duration) {
        round.bodyBytesMax = bodyLimit
        round.onDead = onDead
        if endsOverlongWaits { round.waitsEnd = round.now + waitMax }
        (bodyLimit, onDead, endsOverlongWaits) = (nil, [:], false)
    }
}
