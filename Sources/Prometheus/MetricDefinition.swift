/// One metric as it is served: its name, its kind, its labels and what it means.
public struct MetricDefinition: Sendable, Equatable {
    /// How its values are to be read.
    public enum Kind: Sendable, Equatable {
        case counter
        case gauge
        /// The upper bounds of the buckets, ascending; the one without a bound is added.
        case histogram([Double])

        /// As the text format spells it.
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
    /// The names of its labels, in the order in which they are served.
    public let labels: [String]
    /// One sentence.
    public let help: String

    public init(_ name: String, _ kind: Kind, labels: [String] = [], help: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
    }
}
