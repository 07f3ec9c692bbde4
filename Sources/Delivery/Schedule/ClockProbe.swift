/// Whether and when to read the API's clock, for which a request without effect is sent.
struct ClockProbe: Sendable {
    /// Whether an answer of the API has told its time since the start.
    var isAnswered = false
    /// Whether a request for the time is under way.
    var isAsking = false
    /// When the next request may leave, on the monotonic clock.
    private(set) var next: Duration = .zero
    private var failures = 0

    func mayAsk(at now: Moment) -> Bool { !isAnswered && !isAsking && next <= now.monotonic }

    /// Notes that a request has not told the time.
    ///
    /// - Parameter isSurprise: whether the answer told a time that a second answer must confirm; the second request may
    ///   leave at once.
    mutating func fail(isSurprise: Bool, backoff: Backoff, at now: Moment) {
        isAsking = false
        failures += 1
        next = isSurprise && failures == 1 ? now.monotonic : now.monotonic + backoff.ceiling(afterTry: failures)
    }
}
