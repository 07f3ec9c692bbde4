/// Batches that an earlier worker may have sent.
///
/// Their age is known by wall time only, so the API is asked for the time before one of them is sent again.
struct InheritedBatches: Sendable {
    private var ids: Set<Int64>
    private var probe = ClockProbe()

    init(_ batches: [Batch]) {
        ids = Set(batches.filter { $0.possiblyExecutedSince != nil }.map(\.id))
    }

    func contains(_ batch: Int64) -> Bool { ids.contains(batch) }

    /// Whether the batch waits until the API has told the time.
    func needsTime(_ batch: Int64) -> Bool { !probe.isAnswered && ids.contains(batch) }

    mutating func remove(_ batch: Int64) { ids.remove(batch) }

    // MARK: Asking for the time

    func mayAsk(at now: Moment) -> Bool { probe.mayAsk(at: now) }

    /// When the API may be asked next; nil when it may be asked now, is being asked, or has answered.
    func nextAsk(after now: Duration) -> Duration? {
        probe.isAnswered || probe.isAsking || probe.next <= now ? nil : probe.next
    }

    mutating func beginAsking() { probe.isAsking = true }

    /// Notes that the API has told the time, in whatever answer.
    mutating func noteTime() { probe.isAnswered = true }

    /// Takes in what came of asking.
    mutating func endAsking(_ response: Response?, backoff: Backoff, at now: Moment) {
        guard !probe.isAnswered else { return }
        // An API that tells no time has answered too; an edge has not, and a surprising time is asked for twice.
        if let response, response.isMarked, response.date == nil { return probe.isAnswered = true }
        probe.fail(isSurprise: response?.date != nil, backoff: backoff, at: now)
    }

    /// Notes that the answer to the question has come.
    mutating func noteAnswered() { probe.isAsking = false }
}
