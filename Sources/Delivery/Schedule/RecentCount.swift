/// Counts the events of the last ten seconds, in intervals of a tenth of a second.
struct RecentCount: Sendable {
    static let span: Duration = .seconds(10)
    private static let interval: Duration = .milliseconds(100)

    /// A ring buffer with the count of each interval.
    private var counts = [Int](repeating: 0, count: 100)
    /// The number of the latest interval.
    private var latest = 0

    mutating func note(at now: Duration) {
        advance(to: now)
        counts[latest % counts.count] += 1
    }

    /// Returns the number of events in the last `span`, which is at most ten seconds.
    mutating func count(last span: Duration, at now: Duration) -> Int {
        advance(to: now)
        return (0..<intervals(in: span)).reduce(0) { $0 + counts[(latest - $1 + counts.count) % counts.count] }
    }

    /// Returns the events per second in the last `span`.
    mutating func rate(last span: Duration, at now: Duration) -> Double {
        // Only a part of the latest interval has passed.
        let passed = now - Self.interval * Int(now / Self.interval)
        let covered = Self.interval * (intervals(in: span) - 1) + passed
        return Double(count(last: span, at: now)) / max(0.1, covered.seconds)
    }

    private func intervals(in span: Duration) -> Int {
        max(1, min(counts.count, Int((span / Self.interval).rounded(.up))))
    }

    /// Empties the intervals that have begun since the latest one.
    private mutating func advance(to now: Duration) {
        let current = max(counts.count, Int(now / Self.interval) + counts.count)
        guard current > latest else { return }
        for begun in (max(latest, current - counts.count) + 1)...current { counts[begun % counts.count] = 0 }
        latest = current
    }
}
