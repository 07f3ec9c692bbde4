/// What the caller gets to see on the wire.
public enum SandboxWire: String, Sendable, Codable {
    /// The reply leaves.
    case answer
    /// The connection closes without an answer, and the request had no effect.
    case dropBeforeEffect = "dropped_before_effect"
    /// The connection closes without an answer, though the request was carried out or replayed.
    case dropAfterEffect = "dropped_after_effect"
}
