/// Why an operator's command could not do its work.
public enum OperatorError: Error, Equatable, CustomStringConvertible {
    case noOutbox(String)
    /// Another connection held the lock for `lockWaitSeconds`.
    case busy
    /// The database's own message.
    case database(String)

    /// How long a command waits for a lock, in seconds.
    public static let lockWaitSeconds = 10

    public var description: String {
        switch self {
        case .noOutbox(let path): "there is no outbox in \(path): run `journey-outbox migrate`"
        case .busy:
            "the database stayed locked for \(Self.lockWaitSeconds) s; nothing more was changed, try again"
        case .database(let message): "the database: \(message)"
        }
    }
}

/// There is no database at a path.
public struct MissingDatabase: Error, Equatable, CustomStringConvertible {
    public let path: String

    public init(path: String) {
        self.path = path
    }

    public var description: String {
        "there is no database at \(path): the business application creates it; check `database`"
    }
}
