/// Why a call to the store wrote nothing.
public enum StoreError: Error, Sendable, Equatable {
    /// Another worker has taken over the outbox. This worker must end.
    case fenced
    /// The file at the database's path, or its log, is not the file that this worker has open. This worker must end.
    case replaced
    /// Another process held the write lock for longer than the store waits. The call may be repeated.
    case busy
}
