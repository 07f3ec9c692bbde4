import Delivery

/// The number of intents in each state.
public struct StateCounts: Sendable, Equatable {
    private var counts: [IntentState: Int] = [:]
    /// The states whose number is an estimate, because counting would have taken too long.
    public var estimated: Set<IntentState> = []

    public var isEstimated: Bool { !estimated.isEmpty }

    public init() {}

    public subscript(state: IntentState) -> Int {
        get { counts[state] ?? 0 }
        set { counts[state] = newValue }
    }

    /// Adds the numbers of another journey. A sum with an estimate is an estimate.
    public mutating func add(_ other: StateCounts) {
        counts.merge(other.counts, uniquingKeysWith: +)
        estimated.formUnion(other.estimated)
    }
}
