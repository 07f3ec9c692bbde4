/// Whether this process may write to the outbox.
public enum WriteAccess: Sendable, Equatable {
    case writable
    /// Another connection held the write lock for the whole time. Whether this process may write is not known.
    case locked
    /// The process may not write, with the database's message.
    case refused(String)
}
