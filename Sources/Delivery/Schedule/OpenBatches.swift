/// The batches that are frozen and not settled: under way, or waiting for their next attempt.
struct OpenBatches {
    struct WaitingBatch {
        var batch: Batch
        /// When the next attempt may begin, on the monotonic clock.
        var due: Duration
    }

    /// A batch that waits for longer than this takes no slot, so that other batches can use it.
    static let longWait: Duration = .seconds(1)

    private(set) var inFlight: [Int64: Batch] = [:]
    private(set) var waiting: [Int64: WaitingBatch] = [:]
    private var countByJourney: [String: Int] = [:]
    private var requestsByJourney: [String: Int] = [:]

    var count: Int { inFlight.count + waiting.count }

    func contains(_ id: Int64) -> Bool { inFlight[id] != nil || waiting[id] != nil }

    func count(in journey: String) -> Int { countByJourney[journey] ?? 0 }

    func requests(in journey: String) -> Int { requestsByJourney[journey] ?? 0 }

    /// How many batches take a slot. Up to `longMax` batches in a long backoff take none.
    func slotsUsed(at now: Duration, longMax: Int) -> Int {
        let long = waiting.values.reduce(0) { $0 + ($1.due - now > Self.longWait ? 1 : 0) }
        return count - min(long, longMax)
    }

    /// How many batches of a journey take a slot.
    func slotsUsed(in journey: String, at now: Duration) -> Int {
        let long = waiting.values.count { $0.batch.journey == journey && $0.due - now > Self.longWait }
        return count(in: journey) - long
    }

    /// Adds a batch whose attempt is committed, or moves it from waiting to under way.
    mutating func begin(_ batch: Batch) {
        assert(batch.size > 0 && batch.attempt > 0, "a request under way has a member and has begun an attempt")
        assert(isOrdered(batch), "an attempt never moves the time since which a batch is possibly executed back")
        remove(batch.id)
        inFlight[batch.id] = batch
        requestsByJourney[batch.journey, default: 0] += 1
        countByJourney[batch.journey, default: 0] += 1
    }

    /// Adds a batch that waits for its next attempt, or moves it from under way to waiting.
    mutating func wait(_ batch: Batch, until due: Duration) {
        remove(batch.id)
        waiting[batch.id] = WaitingBatch(batch: batch, due: due)
        countByJourney[batch.journey, default: 0] += 1
    }

    mutating func remove(_ id: Int64) {
        let begun = inFlight.removeValue(forKey: id)
        guard let batch = begun ?? waiting.removeValue(forKey: id)?.batch else { return }
        Self.decrease(&countByJourney, batch.journey)
        if begun != nil { Self.decrease(&requestsByJourney, batch.journey) }
    }

    private func isOrdered(_ batch: Batch) -> Bool {
        guard let since = batch.possiblyExecutedSince, let before = batch.possiblyExecutedBefore else { return true }
        return before <= since
    }

    /// Decreases a count, and removes it when it is 0.
    private static func decrease(_ counts: inout [String: Int], _ journey: String) {
        let count = counts[journey] ?? 0
        assert(count > 0, "a batch that is removed was counted when it was added")
        counts[journey] = count > 1 ? count - 1 : nil
    }

    /// The waiting batches that are due, the one that is due for longest first.
    func due(at now: Duration) -> [Batch] {
        waiting.values.filter { $0.due <= now }
            .sorted { ($0.due, $0.batch.id) < ($1.due, $1.batch.id) }.map(\.batch)
    }

    func nextDue(after now: Duration) -> Duration? {
        waiting.values.map(\.due).filter { $0 > now }.min()
    }
}
