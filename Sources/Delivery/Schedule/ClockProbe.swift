/// The state of the question to the API what time it is.
struct ClockProbe: Sendable {
    /// Any answer of the API since the start has told the time.
    var isAnswered = false
    var isAsking = false
    private(set) var next: Duration = .zero
    private var failures = 0

    func mayAsk(at now: Moment) -> Bool { !isAnswered && !isAsking && next <= now.monotonic }

    /// Notes that nothing came back, or something surprising, which is asked for once more at once.
    mutating func fail(isSurprise: Bool, backoff: Backoff, at now: Moment) {
        isAsking = false
        failures += 1
        next = isSurprise && failures == 1 ? now.monotonic : now.monotonic + backoff.ceiling(afterTry: failures)
    }
}
