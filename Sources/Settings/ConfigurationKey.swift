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

    /// The names allowed in a section: its keys, and the sections inside it.
    static func names(in section: String) -> [String] {
        let prefix = section.isEmpty ? "" : section + "."
        var names: [String] = []
        for key in all where key.path.hasPrefix(prefix) {
            let name = String(key.path.dropFirst(prefix.count).prefix { $0 != "." })
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// Where a name belongs that stands in the wrong section: the dotted path of the only key so called.
    static func home(of name: String) -> String? {
        let homes = all.filter { $0.path.hasSuffix(".\(name)") || $0.path == name }
        return homes.count == 1 ? homes.first?.path : nil
    }
}
