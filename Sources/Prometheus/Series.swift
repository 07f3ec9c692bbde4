import CoreMetrics
import Synchronization

/// The values of one metric for one set of label values. Metric handlers write to it, and a scrape reads it.
///
/// Durations arrive in nanoseconds and are stored in seconds, the base unit of Prometheus.
final class Series: Sendable {
    /// The values at one moment.
    struct Value: Sendable, Equatable {
        /// The value of a counter or gauge, or the sum of the values of a histogram.
        var sum = 0.0
        /// The number of values of a histogram.
        var count = 0
        /// The number of values in each bucket, not cumulative. The last bucket has no bound.
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
