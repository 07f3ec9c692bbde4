/// The port that tells when another process has committed to the database.
public protocol CommitSource: Sendable {
    /// Calls `notify` after each commit, or once after several commits, until the task is cancelled.
    ///
    /// Each commit is followed by a call, at the latest after the polling interval of the source. `notify` may also be
    /// called without a commit. Throws `CancellationError` when the task is cancelled, and another error when the database
    /// can no longer be watched; the worker then ends with this error.
    func watch(_ notify: @escaping @Sendable () -> Void) async throws
}
