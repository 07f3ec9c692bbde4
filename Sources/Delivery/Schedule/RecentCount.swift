/// How many events the last ten seconds have seen, in steps of a tenth of a second.
struct RecentCount: Sendable {
    static let span: Duration = .seconds(10)
    private static let step: Duration = .milliseconds(100)

    private var counts = [Int](repeating: 0, count: 100)
    /// The step that the latest event fell into.
    private var latest = 0

    mutating func note(at now: Duration) {
        slide(to: now)
        counts[latest % counts.count] += 1
    }

    /// Events in the last `span`, which is at most ten seconds.
    mutating func count(last span: Duration, at now: Duration) -> Int {
        slide(to: now)
        return (0..<steps(in: span)).reduce(0) { $0 + counts[(latest - $1 + counts.count) % counts.count] }
    }

    /// Events per second in the last `span`.
    mutating func rate(last span: Duration, at now: Duration) -> Double {
        // The latest step has only begun.
        let begun = now - Self.step * Int(now / Self.step)
        let covered = Self.step * (steps(in: span) - 1) + begun
        return Double(count(last: span, at: now)) / max(0.1, covered.seconds)
    }

    private func steps(in span: Duration) -> Int {
        max(1, min(counts.count, Int((span / Self.step).rounded(.up))))
    }

    private mutating func slide(to now: Duration) {
        let step = max(counts.count, Int(now / Self.step) + counts.count)
        guard step > latest else { return }
        for passed in (max(latest, step - counts.count) + 1)...step { counts[passed % counts.count] = 0 }
        latest = step
    }
}
