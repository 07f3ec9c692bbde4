import CoreMetrics
import Synchronization

/// A swift-metrics backend that keeps metrics in memory and writes them in the Prometheus text format.
///
/// It serves the defined metrics only; other metrics are ignored. Each metric has at most `seriesMax` sets of label
/// values. Further sets are counted together under the label value `other`. It is safe to use from any thread.
public final class PrometheusRegistry: Sendable {
    /// The most sets of label values of one metric.
    public static let seriesMax = 200
    /// The longest label value, in characters. The rest is cut off.
    static let labelLengthMax = 200
    static let other = "other"

    private let definitions: [String: MetricDefinition]
    private let order: [String]
    private let families: Mutex<[String: [[String]: Series]]>

    /// Creates a registry. Metrics without labels are served from the start with the value 0.
    public init(_ definitions: [MetricDefinition]) {
        self.definitions = Dictionary(definitions.map { ($0.name, $0) }) { first, _ in first }
        order = definitions.map(\.name)
        families = Mutex(
            Dictionary(definitions.map { ($0.name, $0.labels.isEmpty ? [[]: Series($0.kind)] : [:]) }) {
                first, _ in first
            })
    }

    /// The series of a metric with these labels; nil when the metric or one of its labels is not defined.
    private func series(_ name: String, _ dimensions: [(String, String)]) -> Series? {
        guard let definition = definitions[name], dimensions.count == definition.labels.count else { return nil }
        var values: [String] = []
        for label in definition.labels {
            guard let value = dimensions.first(where: { $0.0 == label })?.1 else { return nil }
            values.append(String(value.prefix(Self.labelLengthMax)))
        }
        return families.withLock { families in
            if let known = families[name]?[values] { return known }
            let isFull = families[name, default: [:]].count >= Self.seriesMax
            let key = isFull ? values.map { _ in Self.other } : values
            if let known = families[name]?[key] { return known }
            let series = Series(definition.kind)
            families[name, default: [:]][key] = series
            return series
        }
    }

    private func forget(_ handler: AnyObject) {
        families.withLock { families in
            for (name, known) in families {
                guard let key = known.first(where: { $0.value === handler })?.key else { continue }
                families[name]?[key] = nil
                return
            }
        }
    }

    /// All metrics in the Prometheus text format 0.0.4, in the order of the definitions.
    public func text() -> String {
        let snapshot = families.withLock { $0 }
        return order.compactMap { name in
            definitions[name].map { PrometheusText(definition: $0).text(snapshot[name] ?? [:]) }
        }.joined()
    }
}

extension PrometheusRegistry: MetricsFactory {
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    public func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }
}
