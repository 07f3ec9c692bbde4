import CoreMetrics
import Synchronization

/// The values of one metric under one set of label values: what swift-metrics writes to and a scrape reads.
///
/// Times arrive in nanoseconds and are kept in seconds, Prometheus' base unit.
final class Series: Sendable {
    /// What is served.
    struct Value: Sendable, Equatable {
        /// A counter's or gauge's value, or the sum of what a histogram has seen.
        var sum = 0.0
        var count = 0
        /// How many values fell into each bucket, the one without a bound last.
        var buckets: [Int]
    }

    private let bounds: [Double]
    private let state: Mutex<Value>

    init(_ kind: MetricDefinition.Kind) {
        if case .histogram(let bounds) = kind { self.bounds = bounds } else { bounds = [] }
        state = Mutex(Value(buckets: Array(repeating: 0, count: bounds.isEmpty ? 0 : bounds.count + 1)))
    }

    var value: Value { state.withLock { $0 } }

    private func add(_ amount: Double) {
        state.withLock { $0.sum += amount }
    }

    private func put(_ value: Double) {
        state.withLock { $0.sum = value }
    }

    private func observe(_ value: Double) {
        guard !bounds.isEmpty else { return put(value) }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.sum += value
            state.count += 1
            state.buckets[bucket] += 1
        }
    }
}

extension Series: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func reset() { put(0) }
    func set(_ value: Int64) { put(Double(value)) }
    func set(_ value: Double) { put(value) }
    func record(_ value: Int64) { observe(Double(value)) }
    func record(_ value: Double) { observe(value) }
    func recordNanoseconds(_ duration: Int64) { observe(Double(duration) / 1e9) }
}
