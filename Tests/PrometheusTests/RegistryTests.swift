import CoreMetrics
import Testing

@testable import Prometheus

@Suite struct RegistryTests {
    private static let count = MetricDefinition("app_count_total", .counter, labels: ["kind"], help: "Things.")
    private static let level = MetricDefinition("app_level", .gauge, help: "How high.")
    private static let time = MetricDefinition("app_time_seconds", .histogram([0.1, 1]), help: "How long.")

    private let registry = PrometheusRegistry([count, level, time])

    @Test func `recorded metrics are served in the order of the definitions`() {
        Counter(label: "app_count_total", dimensions: [("kind", "b")], factory: registry).increment(by: 2)
        Counter(label: "app_count_total", dimensions: [("kind", "a")], factory: registry).increment()
        Counter(label: "app_count_total", dimensions: [("kind", "a")], factory: registry).increment()
        Meter(label: "app_level", factory: registry).set(1.5)
        let timer = Timer(label: "app_time_seconds", factory: registry)
        for nanoseconds: Int64 in [50_000_000, 100_000_000, 500_000_000, 2_000_000_000] {
            timer.recordNanoseconds(nanoseconds)
        }
        #expect(
            registry.text() == """
                # HELP app_count_total Things.
                # TYPE app_count_total counter
                app_count_total{kind="a"} 2
                app_count_total{kind="b"} 2
                # HELP app_level How high.
                # TYPE app_level gauge
                app_level 1.5
                # HELP app_time_seconds How long.
                # TYPE app_time_seconds histogram
                app_time_seconds_bucket{le="0.1"} 2
                app_time_seconds_bucket{le="1"} 3
                app_time_seconds_bucket{le="+Inf"} 4
                app_time_seconds_sum 2.65
                app_time_seconds_count 4

                """)
    }

    @Test func `a metric without labels is served before it has a value`() {
        #expect(registry.text().contains("\napp_level 0\n"))
        #expect(registry.text().contains("\napp_time_seconds_count 0\n"))
        #expect(registry.text().contains("# TYPE app_count_total counter\n# HELP"))
    }

    @Test func `what is not defined is not served`() {
        Counter(label: "app_other_total", factory: registry).increment()
        Counter(label: "app_count_total", dimensions: [("colour", "red")], factory: registry).increment()
        Counter(label: "app_count_total", factory: registry).increment()
        #expect(!registry.text().contains("other"))
        #expect(!registry.text().contains("\napp_count_total"))
    }

    @Test func `label values beyond the bound are counted together`() {
        for value in 0..<(PrometheusRegistry.seriesMax + 50) {
            Counter(label: "app_count_total", dimensions: [("kind", "k\(value)")], factory: registry).increment()
        }
        let lines = registry.text().split(separator: "\n").filter { $0.hasPrefix("app_count_total{") }
        #expect(lines.count == PrometheusRegistry.seriesMax + 1)
        #expect(lines.contains(#"app_count_total{kind="other"} 50"#))
    }

    @Test func `a label cannot break out of its line`() {
        Counter(label: "app_count_total", dimensions: [("kind", "a\"b\\c\nd")], factory: registry).increment()
        #expect(registry.text().contains(#"app_count_total{kind="a\"b\\c\nd"} 1"#))
    }

    @Test func `a label cannot control a terminal that shows a scrape`() {
        Counter(label: "app_count_total", dimensions: [("kind", "a\u{1B}[2J\u{202E}")], factory: registry).increment()
        #expect(registry.text().contains(#"app_count_total{kind="a\\u001b[2J\\u202e"} 1"#))
    }

    @Test func `a series that is destroyed is no longer served`() {
        let counter = Counter(label: "app_count_total", dimensions: [("kind", "gone")], factory: registry)
        counter.increment()
        counter.destroy()
        #expect(!registry.text().contains("gone"))
    }

    @Test(arguments: [
        (Double.infinity, "+Inf"), (-Double.infinity, "-Inf"), (Double.nan, "NaN"), (3, "3"), (0.25, "0.25"),
        (1e300, "1e+300"),
    ])
    func `a number is written as Prometheus reads it`(number: Double, text: String) {
        #expect(PrometheusText.number(number) == text)
    }
}
