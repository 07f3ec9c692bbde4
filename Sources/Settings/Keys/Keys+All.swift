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
