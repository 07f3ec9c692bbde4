/// A feature of the documents' weather that can be taken out of a run.
public enum WeatherFeature: String, Sendable, CaseIterable {
    case edgesBefore, edgesAfter, unansweredRequests, refusedConnections, cutAnswers, copies, ownErrors, lostSaved
    case unsavedRefusals, validationFirst, ignoredKeys, rewrittenHeaders, unforeseenAnswers, firewalls, readings
    case storeErrors
    /// A pair of URL and API key begins to honour keys.
    case rollOuts
    /// A pair of URL and API key ceases to honour keys, against the API's promise.
    case rollBacks
    case urlChanges, keyChanges
    /// The worker's wall clock is stepped by weeks.
    case clockWeeks
    case outages, brownOuts, journeyStates, credit, secondWorker, freezes, reloads
    /// Triggers are refused by an edge while journeys can be read, and the reverse.
    case triggerBlocks

    /// What happens at a drawn time, and not to each request.
    static let disruptions: [WeatherFeature] = [
        .rollOuts, .rollBacks, .urlChanges, .keyChanges, .clockWeeks, .outages, .brownOuts, .journeyStates, .credit,
        .secondWorker, .freezes, .reloads, .triggerBlocks,
    ]
}
