import Delivery

/// How many intents there are in each state.
public struct StateCounts: Sendable, Equatable {
    private var counts: [IntentState: Int] = [:]
    /// The states whose number was estimated, because counting would have taken too long.
    public internal(set) var estimated: Set<IntentState> = []

    public var isEstimated: Bool { !estimated.isEmpty }

    public init() {}

    public subscript(state: IntentState) -> Int {
        get { counts[state] ?? 0 }
        set { counts[state] = newValue }
    }

    mutating func add(_ other: StateCounts) {
        counts.merge(other.counts, uniquingKeysWith: +)
        estimated.formUnion(other.estimated)
    }
}
