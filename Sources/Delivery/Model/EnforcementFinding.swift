/// What was learned of the API's keys, and of whom.
public struct EnforcementFinding: Sendable, Equatable {
    public var enforcement: Enforcement
    /// The base URL and the API key's fingerprint; nil in a database from before they were kept.
    public var subject: String?

    public init(enforcement: Enforcement, subject: String?) {
        self.enforcement = enforcement
        self.subject = subject
    }
}
