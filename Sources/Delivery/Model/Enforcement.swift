/// Whether the API is known to enforce idempotency keys.
public enum Enforcement: String, Sendable, Equatable {
    /// A replayed answer was seen, or the configuration says that keys are enforced.
    case enforced
    /// The API ran the same key twice, or the configuration says that keys are not enforced.
    case absent
    /// Neither has been shown yet.
    case unproven
}

/// What was learned about the enforcement of idempotency keys, and for which subject.
public struct EnforcementFinding: Sendable, Equatable {
    public var enforcement: Enforcement
    /// The base URL and the fingerprint of the API key, separated by a space; nil in a database of an earlier version,
    /// which did not store the subject.
    public var subject: String?

    public init(enforcement: Enforcement, subject: String?) {
        self.enforcement = enforcement
        self.subject = subject
    }
}
