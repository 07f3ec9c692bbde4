/// Answers that cannot be judged before the journey was read: a 404 in the shape of one user, which may mean the contact
/// or the journey.
///
/// Their requests count as under way until then, so that there are never more of these than requests.
struct DeferredAnswers: Sendable {
    /// An answer that waits.
    struct Deferred: Sendable {
        let batch: Batch
        let response: Response
        let begunAt: Moment
        /// Whether the journey is being read.
        fileprivate(set) var isLookedUp = false
    }

    private var waiting: [Deferred] = []

    /// Keeps an answer that cannot be judged yet.
    ///
    /// - Returns: whether it is one.
    mutating func keep(_ answer: Answer, to batch: Batch, begunAt: Moment) -> Bool {
        guard case .response(let response) = answer, Classifier.needsReading(response, to: batch) else { return false }
        waiting.append(Deferred(batch: batch, response: response, begunAt: begunAt))
        return true
    }

    /// Whether an answer waits for a reading that was not asked for yet.
    var needLookup: Bool { nextTarget != nil }

    /// The journey to be read next.
    var nextTarget: Target? { waiting.first { !$0.isLookedUp }?.batch.target }

    /// Notes that a journey is being read, for all answers that wait for it.
    mutating func beginLookup(_ target: Target) {
        for index in waiting.indices where waiting[index].batch.target == target { waiting[index].isLookedUp = true }
    }

    /// Takes out those that waited for the reading of a journey.
    mutating func take(readAt target: Target) -> [Deferred] { take { $0.isLookedUp && $0.batch.target == target } }

    /// Takes out those whose journey is not being read.
    mutating func takeNotLookedUp() -> [Deferred] { take { !$0.isLookedUp } }

    private mutating func take(where isTaken: (Deferred) -> Bool) -> [Deferred] {
        let taken = waiting.filter(isTaken)
        let ids = Set(taken.map(\.batch.id))
        waiting.removeAll { ids.contains($0.batch.id) }
        return taken
    }
}
