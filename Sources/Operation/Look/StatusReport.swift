import Delivery

/// The state of the whole outbox at one moment: the answer to `status`, read in one short transaction.
///
/// A store returns it within 50 ms for any backlog: counts beyond a bound are estimates and are marked as such.
public struct StatusReport: Sendable {
    /// One journey and the number of its intents in each state.
    public struct JourneyCounts: Sendable {
        public var journey: JourneyName
        public var counts: StateCounts

        public var name: String { journey.text }

        public init(journey: JourneyName, counts: StateCounts) {
            self.journey = journey
            self.counts = counts
        }
    }

    /// The journeys that have or had intents, sorted by name.
    public var journeys: [JourneyCounts]
    public var total: StateCounts
    public var pauses: [Pause]
    /// The record of the last worker. `WorkerPresence` tells whether a worker runs now.
    public var worker: WorkerRecord?
    public var enforcement: Enforcement
    /// Since when the oldest due intent has been due; nil when no intent is due.
    public var oldestDue: WallTime?
    /// Intents delivered per second in the last minute.
    public var deliveredPerSecond: Double
    public var database: DatabaseFacts

    public init(
        journeys: [JourneyCounts], total: StateCounts, pauses: [Pause], worker: WorkerRecord? = nil,
        enforcement: Enforcement, oldestDue: WallTime? = nil, deliveredPerSecond: Double, database: DatabaseFacts
    ) {
        self.journeys = journeys
        self.total = total
        self.pauses = pauses
        self.worker = worker
        self.enforcement = enforcement
        self.oldestDue = oldestDue
        self.deliveredPerSecond = deliveredPerSecond
        self.database = database
    }
}
