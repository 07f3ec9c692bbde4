/// One key of the configuration file, as text for the reference.
public struct ConfigurationKey: Sendable, Equatable {
    /// The dotted path of the key; `NAME` stands for the name of any journey.
    public let path: String
    /// The kind of value, such as `duration`.
    public let type: String
    /// What applies without the key: a value, `none`, `required`, or a rule in words.
    public let standard: String
    /// The allowed values.
    public let range: String

    /// Every key that the loader knows, in the order of the reference.
    public static let all: [ConfigurationKey] = Keys.all

    init<Value>(_ key: Key<Value>) {
        path = key.path
        type = key.type.name
        standard = key.standardText
        range = key.type.range
    }
}

extension Keys {
    /// Every key, in the order of the reference.
    static let all: [ConfigurationKey] = [
        ConfigurationKey(database), ConfigurationKey(stateDirectory), ConfigurationKey(deployment),
        ConfigurationKey(url), ConfigurationKey(version), ConfigurationKey(keyFile),
        ConfigurationKey(previousKeyFile), ConfigurationKey(idempotency), ConfigurationKey(rate),
        ConfigurationKey(journeyID), ConfigurationKey(entranceID), ConfigurationKey(onUnknown),
        ConfigurationKey(onDead), ConfigurationKey(priority),
        ConfigurationKey(batchSize), ConfigurationKey(batchBytes), ConfigurationKey(connections),
        ConfigurationKey(linger), ConfigurationKey(requestTimeout), ConfigurationKey(backoffInitial),
        ConfigurationKey(backoffMax), ConfigurationKey(maxAttempts), ConfigurationKey(unknownAfter),
        ConfigurationKey(retention),
    ]

    /// The names that are allowed in a section: its keys and its subsections.
    static func names(in section: String) -> [String] {
        let prefix = section.isEmpty ? "" : section + "."
        var names: [String] = []
        for key in all where key.path.hasPrefix(prefix) {
            let name = String(key.path.dropFirst(prefix.count).prefix { $0 != "." })
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// The dotted path of the only key with this name, for a name in the wrong section; nil when there are none or
    /// several.
    static func home(of name: String) -> String? {
        let homes = all.filter { $0.path.hasSuffix(".\(name)") || $0.path == name }
        return homes.count == 1 ? homes.first?.path : nil
    }
}
