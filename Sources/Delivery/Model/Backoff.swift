/// Exponential backoff with full jitter: the wait is drawn evenly between nothing and a ceiling that doubles.
public struct Backoff: Sendable, Equatable {
    public var initial: Duration
    public var max: Duration

    public init(initial: Duration = .seconds(1), max: Duration = .seconds(300)) {
        self.initial = initial
        self.max = max
    }

    /// The longest wait after so many failed tries in a row, the first being 1.
    public func ceiling(afterTry count: Int) -> Duration {
        let doublings = Swift.min(Swift.max(count - 1, 0), 30)
        return Swift.min(max, initial * (1 << doublings))
    }

    /// A wait after so many failed tries in a row.
    public func delay(afterTry count: Int, using random: inout some RandomNumberGenerator) -> Duration {
        .milliseconds(Int64.random(in: 0...Swift.max(0, ceiling(afterTry: count).milliseconds), using: &random))
    }
}
