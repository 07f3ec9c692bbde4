/// Why something is paused, spelled in the database, in output and in metrics as `text` says.
public enum PauseCause: Sendable, Hashable, CustomStringConvertible {
    /// An operator has paused it, and only an operator resumes it.
    case byOperator
    /// The API has answered 429: the pause ends by itself at `nextProbe`, without a probe.
    case rateLimited
    /// The rows of a journey were refused one by one, all for the same code.
    case rowsRefused
    /// The database may be a copy of another one: only `adopt` ends the pause.
    case databaseCopied
    /// The database has gone back to an earlier state: only `adopt` ends the pause.
    case databaseRestored
    /// The API has refused requests with this code.
    case api(code: String)

    private static let ownCauses: [PauseCause] = [
        .byOperator, .rateLimited, .rowsRefused, .databaseCopied, .databaseRestored,
    ]

    /// The cause as it is stored and shown.
    public var text: String {
        switch self {
        case .byOperator: "operator"
        case .rateLimited: "rate_limited"
        case .rowsRefused: "rows_refused"
        case .databaseCopied: "database_copied"
        case .databaseRestored: "database_restored"
        case .api(let code): code
        }
    }

    public var description: String { text }

    /// Reads what `text` has written.
    public init(text: String) {
        self = Self.ownCauses.first { $0.text == text } ?? .api(code: text)
    }

    /// The cause for a code of the API: never one of the worker's own causes, which end by other rules.
    public init(apiCode code: String) {
        let isOwn = Self.ownCauses.contains { $0.text == code }
        self = .api(code: isOwn ? "api_\(code)" : code)
    }

    /// Whether only `adopt` ends the pause.
    public var isAwaitingAdoption: Bool { self == .databaseCopied || self == .databaseRestored }
}
