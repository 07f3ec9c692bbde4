/// Something that can go wrong, or that producers can ask for, and that most runs have little of: a tilted run has it.
public enum Lane: String, Sendable, CaseIterable {
    case lostAnswers
    case errors
    /// The connection breaks while the API still works on the request.
    case abandonedRequests
    case garbled
    case edgeRefusals
    case outages
    /// Of more than a day, so that keys are forgotten.
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
    /// Dead letters hold up their ordering key until a person decides.
    case blocking
    case dedup
    case expiry
    case ignoredKeys
    /// The API calls a key mismatched that is not.
    case mismatches
    case restores
    /// A restore in the moment after a kill that fell between a commit and its note.
    case lostNotes
    /// A small budget, so that the rate windows are full.
    case smallBudget
    /// Many intents in one batch.
    case largeBatches
    /// Journeys of different priority with much to send at once, when nothing goes wrong any more.
    case crowds
}
