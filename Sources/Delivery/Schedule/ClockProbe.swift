/// The question to the API what time it is, put before a request that an earlier worker may have sent leaves again.
struct ClockProbe: Sendable {
    /// Any answer of the API since the start, to whatever request, has been one.
    var isAnswered = false
    var isAsking = false
    private(set) var next: Duration = .zero
    private var silences = 0

    func mayAsk(at now: Moment) -> Bool { !isAnswered && !isAsking && next <= now.monotonic }

    /// Takes in that nothing came back, or something surprising, which is asked for once more at once.
    mutating func fail(isSurprise: Bool, backoff: Backoff, at now: Moment) {
        isAsking = false
        silences += 1
        next = isSurprise && silences == 1 ? now.monotonic : now.monotonic + backoff.ceiling(afterTry: silences)
    }
}
