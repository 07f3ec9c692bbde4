import PlainText

/// Writes one metric in the Prometheus text format.
///
/// Source: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    let definition: MetricDefinition

    /// The header of the metric and its lines, sorted by label values. A metric without values has a header only.
    func text(_ series: [[String]: Series]) -> String {
        var text = "# HELP \(definition.name) \(Self.escaped(definition.help, quotes: false))\n"
        text += "# TYPE \(definition.name) \(definition.kind.name)\n"
        for (values, series) in series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let labels = Array(zip(definition.labels, values))
            if case .histogram(let bounds) = definition.kind {
                text += histogram(bounds, series.value, labels)
            } else {
                text += line("", labels, Self.number(series.value.sum))
            }
        }
        return text
    }

    /// The lines of a histogram. Buckets are cumulative: each one counts all values up to its bound.
    private func histogram(_ bounds: [Double], _ value: Series.Value, _ labels: [(String, String)]) -> String {
        var text = ""
        var below = 0
        for (bound, count) in zip(bounds + [.infinity], value.buckets) {
            below += count
            text += line("_bucket", labels + [("le", Self.number(bound))], String(below))
        }
        return text + line("_sum", labels, Self.number(value.sum)) + line("_count", labels, String(value.count))
    }

    private func line(_ suffix: String, _ labels: [(String, String)], _ value: String) -> String {
        let list = labels.map { "\($0.0)=\"\(Self.escaped($0.1, quotes: true))\"" }.joined(separator: ",")
        return "\(definition.name)\(suffix)\(list.isEmpty ? "" : "{\(list)}") \(value)\n"
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }

    static func escaped(_ text: String, quotes: Bool) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quotes: out += "\\\""
            // Operators read a scrape on a terminal, too, so control characters are escaped.
            case _ where PlainText.steers(scalar): out += "\\" + PlainText.escape(scalar)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

extension PrometheusRegistry {
    /// The content type of the text.
    public static var contentType: String { PrometheusText.contentType }
}
