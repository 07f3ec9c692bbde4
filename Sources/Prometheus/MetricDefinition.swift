/// The definition of one metric: its name, kind, labels and help text.
public struct MetricDefinition: Sendable, Equatable {
    /// The type of a metric.
    public enum Kind: Sendable, Equatable {
        case counter
        case gauge
        /// A histogram with the upper bounds of its buckets, in ascending order. The bucket `+Inf` is added to them.
        case histogram([Double])

        /// The name of the kind in the text format.
        public var name: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    public let name: String
    public let kind: Kind
    /// The names of the labels, in the order in which they are served.
    public let labels: [String]
    /// The help text, one sentence.
    public let help: String

    public init(_ name: String, _ kind: Kind, labels: [String] = [], help: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }
}
