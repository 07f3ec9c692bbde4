extension ConfigurationReader {
    mutating func api(in section: Section) -> APISettings {
        let keyFile = value(Keys.keyFile, in: section).map(absolute)
        let previous = value(Keys.previousKeyFile, in: section).map(absolute)
        if let previous, previous == keyFile, let entry = section[Keys.previousKeyFile.name] {
            let complaint = Complaint("is the same file as api.key_file", "name the file of the key before")
            problems.add(complaint, key: Keys.previousKeyFile.path, at: SourcePosition(entry.value))
        }
        var api = APISettings(key: .standard(keyFile: keyFile, environment: environment))
        api.previousKey = previous.map { .file($0) }
        api.url = value(Keys.url, in: section)
        api.version = value(Keys.version, in: section)
        api.idempotency = value(Keys.idempotency, in: section)
        api.rateLimits = rateLimits(in: section)
        return api
    }
}
