/// One key of the configuration file: its section, the type of its value, and its default.
struct Key<Value: Sendable>: Sendable {
    /// The dotted path of the section, with `NAME` for any journey; empty for the root.
    let section: String
    let name: String
    let type: ValueType<Value>
    let standard: Value
    let standardText: String
    let isRequired: Bool

    init(_ name: String, in section: String = "", _ type: ValueType<Value>, standard: Value) {
        self.init(name, in: section, type, standard: standard, text: type.format(standard), isRequired: false)
    }

    private init(
        _ name: String, in section: String, _ type: ValueType<Value>, standard: Value, text: String, isRequired: Bool
    ) {
        self.section = section
        self.name = name
        self.type = type
        self.standard = standard
        standardText = text
        self.isRequired = isRequired
    }

    var path: String { section.isEmpty ? name : "\(section).\(name)" }

    /// A key that every configuration must contain.
    static func required<Wrapped>(
        _ name: String, in section: String = "", _ type: ValueType<Wrapped>
    ) -> Key where Value == Wrapped? {
        Key(name, in: section, type.optional, standard: nil, text: "required", isRequired: true)
    }

    /// A key that may be left out; `text` describes what applies then.
    static func optional<Wrapped>(
        _ name: String, in section: String = "", _ type: ValueType<Wrapped>, text: String = "none"
    ) -> Key where Value == Wrapped? {
        Key(name, in: section, type.optional, standard: nil, text: text, isRequired: false)
    }
}
