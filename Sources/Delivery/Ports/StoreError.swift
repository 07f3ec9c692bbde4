/// What the store could not do.
public enum StoreError: Error, Sendable, Equatable {
    /// Another worker has taken over since.
    case fenced
    /// The file at the database's path, or its log, is another one than the worker has open; nothing was written.
    case replaced
    /// Somebody held the database for longer than the worker waits; nothing was written.
    case busy
}
