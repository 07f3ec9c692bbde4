/// Whether the project honours `Idempotency-Key`.
public enum IdempotencyMode: String, Sendable, CaseIterable {
    /// The worker finds out.
    case auto
    /// It does: what may have run is sent again under the same key.
    case enforced
    /// It does not: what may have run is in doubt.
    case absent
}
