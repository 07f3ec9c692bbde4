/// A key as it was read, and what a person should know about how it is kept.
public struct APIKeyReading: Sendable, Equatable {
    public let key: APIKey
    /// One sentence each; nothing of the key is in them.
    public let warnings: [String]
}
