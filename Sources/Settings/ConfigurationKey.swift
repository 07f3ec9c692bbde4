/// One key of the configuration file, as text for people.
public struct ConfigurationKey: Sendable, Equatable {
    /// The dotted path; `NAME` stands for any journey's name.
    public let path: String
    /// The kind of value, such as `duration`.
    public let type: String
    /// What holds when the key is left out: a value, `none`, `required`, or a rule in words.
    public let standard: String
    /// The values allowed.
    public let range: String

    /// Every key the loader knows, in the order of the reference.
    public static let all: [ConfigurationKey] = Keys.all

    init<Value>(_ key: Key<Value>) {
        path = key.path
        type = key.type.name
        standard = key.standardText
        range = key.type.range
    }
}
