extension SandboxModel {
    /// The journeys, in the order of their ids.
    public var journeys: [SandboxJourney] {
        journeyCatalogue.journeys.values.sorted { $0.id < $1.id }
    }

    /// The journey with this id. Setting it adds or replaces the journey.
    public subscript(journey id: Int) -> SandboxJourney? {
        get { journeyCatalogue[id] }
        set { journeyCatalogue[id] = newValue }
    }

    /// Accepts an API key from the next request on.
    public mutating func addAPIKey(_ key: String, isReadOnly: Bool = false) {
        keys.add(key, isReadOnly: isReadOnly)
    }

    /// Refuses an API key from the next request on.
    public mutating func revokeAPIKey(_ key: String) {
        keys.revoke(key)
    }

    /// Sets the rate limits. Their windows start empty.
    public mutating func setRate(_ limits: [SandboxRateLimit]) {
        rate = ArrivalCounters(limits)
    }

    /// The fingerprints of the accepted API keys, sorted.
    public var apiKeyFingerprints: [String] {
        keys.accepted.map { Digest.fingerprint($0) }.sorted()
    }
}
