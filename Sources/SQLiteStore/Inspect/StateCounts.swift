import Delivery

/// How many intents there are in each state.
public struct StateCounts: Sendable, Equatable {
    private var counts: [IntentState: Int] = [:]
    /// At least one of the numbers was estimated, because counting would have taken too long.
    public internal(set) var isEstimated = false

    public subscript(state: IntentState) -> Int {
        get { counts[state] ?? 0 }
        set { counts[state] = newValue }
    }

    mutating func add(_ other: StateCounts) {
        counts.merge(other.counts, uniquingKeysWith: +)
        isEstimated = isEstimated || other.isEstimated
    }
}
