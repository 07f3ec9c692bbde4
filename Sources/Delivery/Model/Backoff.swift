/// Exponential backoff with full jitter: each wait is drawn uniformly between zero and a ceiling that doubles with every
/// failed try.
///
/// Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
public struct Backoff: Sendable, Equatable {
    /// The ceiling after the first failed try.
    public var initial: Duration
    /// The highest ceiling.
    public var max: Duration

    public init(initial: Duration = .seconds(1), max: Duration = .seconds(300)) {
        assert(initial >= .zero && max >= .zero, "a backoff is never negative")
        self.initial = initial
        self.max = max
    }

    /// The longest wait after `count` failed tries in a row. The first failed try has the count 1; the count 0
    /// has the same ceiling.
    public func ceiling(afterTry count: Int) -> Duration {
        assert(count >= 0, "failed tries are counted from 0")
        let doublings = Swift.min(Swift.max(count - 1, 0), 30)
        return Swift.min(max, initial * (1 << doublings))
    }

    /// Draws a wait in whole milliseconds after `count` failed tries in a row.
    public func delay(afterTry count: Int, using random: inout some RandomNumberGenerator) -> Duration {
        .milliseconds(Int64.random(in: 0...Swift.max(0, ceiling(afterTry: count).milliseconds), using: &random))
    }
}
