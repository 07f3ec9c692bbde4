/// How many rows of each journey were refused alone since its last success, by the code they were refused for.
///
/// Many rows refused alike show a wrong setting: it must not kill a slow journey row by row.
struct RefusalCounts: Sendable {
    /// So many rows refused alone for one code, with no success between them, park the journey.
    static let alikeMax = 8

    /// By journey and code; at most `alikeMax` rows each.
    private var refused: [String: [String: Set<Int64>]] = [:]
    /// Batches in flight whose refusal would blame their rows for a setting that has been corrected since.
    private var cleared: Set<Int64> = []

    /// Counts a row refused alone.
    ///
    /// - Returns: how many different rows were refused for this code since the last success.
    mutating func note(_ intent: Int64, for code: String, in journey: String) -> Int {
        var rows = refused[journey]?[code] ?? []
        if rows.count < Self.alikeMax { rows.insert(intent) }
        refused[journey, default: [:]][code] = rows
        return rows.count
    }

    mutating func noteSuccess(in journey: String) { refused[journey] = nil }

    /// The rows of these batches, whose requests are still to be answered, are not the cause of a refusal.
    mutating func clear(inFlight batches: [Int64]) { cleared.formUnion(batches) }

    /// Whether the refusal of this batch was cleared while it was in flight; asked once.
    mutating func takeCleared(_ batch: Int64) -> Bool { cleared.remove(batch) != nil }
}
