extension SandboxModel {
    /// The journeys by id.
    public var journeys: [SandboxJourney] {
        journeyTable.journeys.values.sorted { $0.id < $1.id }
    }

    /// A journey by its id; setting one puts it there or replaces it.
    public subscript(journey id: Int) -> SandboxJourney? {
        get { journeyTable[id] }
        set { journeyTable[id] = newValue }
    }

    /// Accepts an API key from the next request on.
    public mutating func addAPIKey(_ key: String, isReadOnly: Bool = false) {
        keys.add(key, isReadOnly: isReadOnly)
    }

    /// Refuses an API key from the next request on.
    public mutating func revokeAPIKey(_ key: String) {
        keys.revoke(key)
    }

    /// Sets the rate limits; what was counted under the old ones is forgotten.
    public mutating func setRate(_ limits: [SandboxRateLimit]) {
        rate = ArrivalCounters(limits)
    }

    public var apiKeyFingerprints: [String] {
        keys.accepted.map { Digest.fingerprint($0) }.sorted()
    }
}
