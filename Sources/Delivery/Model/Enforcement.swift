/// Whether the API is known to keep its promise about idempotency keys.
public enum Enforcement: String, Sendable, Equatable {
    /// A replay was seen, or the configuration says so.
    case enforced
    /// The same key ran twice, or the configuration says so.
    case absent
    /// Nothing is known yet.
    case unproven
}
