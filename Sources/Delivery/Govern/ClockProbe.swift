/// The question to the API what time it is, put before a request that an earlier worker may have sent leaves again.
struct ClockProbe: Sendable {
    /// Any answer of the API since the start, to whatever request, has been one.
    var isAnswered = false
    var isAsking = false
    private(set) var next: Duration = .zero
    private var silences = 0

    func mayAsk(at now: Moment) -> Bool { !isAnswered && !isAsking && next <= now.monotonic }

    /// Takes in that nothing came back.
    mutating func fail(backoff: Backoff, at now: Moment) {
        isAsking = false
        silences += 1
        next = now.monotonic + backoff.ceiling(afterTry: silences)
    }
}
