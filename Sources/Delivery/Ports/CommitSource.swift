/// Tells when another process has committed to the database.
public protocol CommitSource: Sendable {
    /// Calls `notify` after each commit or run of commits until cancelled; a call too many does no harm.
    func watch(_ notify: @escaping @Sendable () -> Void) async throws
}
