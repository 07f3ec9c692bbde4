/// A fault, or a feature that producers use, that most runs have rarely or never. A run that is tilted to it has it
/// often.
public enum Tilt: String, Sendable, CaseIterable {
    case lostAnswers
    case errors
    /// The connection breaks while the API still works on the request.
    case abandonedRequests
    case garbled
    case edgeRefusals
    case outages
    /// An outage of more than a day, after which the API has forgotten keys.
    case longOutage
    case busyDatabase
    case restarts
    case secondWorker
    case freezes
    case apiLimits
    case keyRotations
    case closedJourneys
    case reloads
    /// The wall clock is stepped under a running worker.
    case clockJumps
    case operatorPauses
    case poison
    case ordering
    /// Dead letters block their ordering key until the operator decides about them.
    case blocking
    case dedup
    case expiry
    case ignoredKeys
    /// The API answers that a key belongs to another request although it does not.
    case mismatches
    case restores
    /// A restore directly after a worker was killed between a commit and the record in the state directory.
    case lostNotes
    /// A small rate limit, so that its windows are full.
    case smallBudget
    /// Many intents in one batch.
    case largeBatches
    /// Journeys of different priorities have many intents at the same time, after the faults have ended.
    case crowds
}
