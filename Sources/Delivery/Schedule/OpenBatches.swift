/// The batches that are frozen and not settled: in flight, or waiting for their next attempt.
struct OpenBatches {
    struct Waiting {
        var batch: Batch
        /// When the next attempt may begin, on the monotonic clock.
        var due: Duration
    }

    /// A wait longer than this takes no slot: others may use it meanwhile.
    static let longWait: Duration = .seconds(1)

    private(set) var inFlight: [Int64: Batch] = [:]
    private(set) var waiting: [Int64: Waiting] = [:]
    private var countByJourney: [String: Int] = [:]
    private var requestsByJourney: [String: Int] = [:]

    var count: Int { inFlight.count + waiting.count }

    func contains(_ id: Int64) -> Bool { inFlight[id] != nil || waiting[id] != nil }

    func count(in journey: String) -> Int { countByJourney[journey] ?? 0 }

    func requests(in journey: String) -> Int { requestsByJourney[journey] ?? 0 }

    /// Batches that hold a slot; those in a long backoff have `longMax` places of their own.
    func slotsUsed(at now: Duration, longMax: Int) -> Int {
        let long = waiting.values.reduce(0) { $0 + ($1.due - now > Self.longWait ? 1 : 0) }
        return count - min(long, longMax)
    }

    /// Batches of one journey that hold a slot.
    func slotsUsed(in journey: String, at now: Duration) -> Int {
        let long = waiting.values.count { $0.batch.journey == journey && $0.due - now > Self.longWait }
        return count(in: journey) - long
    }

    mutating func begin(_ batch: Batch) {
        remove(batch.id)
        inFlight[batch.id] = batch
        requestsByJourney[batch.journey, default: 0] += 1
        countByJourney[batch.journey, default: 0] += 1
    }

    mutating func wait(_ batch: Batch, until due: Duration) {
        remove(batch.id)
        waiting[batch.id] = Waiting(batch: batch, due: due)
        countByJourney[batch.journey, default: 0] += 1
    }

    mutating func remove(_ id: Int64) {
        let begun = inFlight.removeValue(forKey: id)
        guard let batch = begun ?? waiting.removeValue(forKey: id)?.batch else { return }
        Self.decrease(&countByJourney, batch.journey)
        if begun != nil { Self.decrease(&requestsByJourney, batch.journey) }
    }

    /// Every batch that is removed was counted when it was added; a journey without batches needs no place.
    private static func decrease(_ counts: inout [String: Int], _ journey: String) {
        let count = counts[journey] ?? 0
        assert(count > 0, "a batch was removed that had not been counted")
        counts[journey] = count > 1 ? count - 1 : nil
    }

    /// Waiting batches whose time has come, the longest due first.
    func due(at now: Duration) -> [Batch] {
        waiting.values.filter { $0.due <= now }
            .sorted { ($0.due, $0.batch.id) < ($1.due, $1.batch.id) }.map(\.batch)
    }

    func nextDue(after now: Duration) -> Duration? {
        waiting.values.map(\.due).filter { $0 > now }.min()
    }
}
