/// A closed door: why nothing leaves, for everyone or for one journey, and when it is tried again.
public struct Pause: Sendable, Equatable {
    /// What the pause holds back.
    public enum Scope: Sendable, Hashable {
        case everything
        case journey(String)

        /// As the database keeps it: '' is everything.
        public var text: String {
            switch self {
            case .everything: ""
            case .journey(let name): name
            }
        }

        public init(text: String) {
            self = text.isEmpty ? .everything : .journey(text)
        }
    }

    /// The cause of a pause that a person made.
    public static let operatorCause = "operator"
    /// The cause of a pause that ends by itself at `nextProbe`, without a probe.
    public static let rateCause = "rate_limited"
    /// The cause of a park whose rows were refused one by one, all alike.
    public static let rowsRefusedCause = "rows_refused"

    /// The cause that a code of the API stands for: never one of this worker's own, which end by other rules.
    static func cause(ofCode code: String) -> String {
        [operatorCause, rateCause, rowsRefusedCause].contains(code) ? "api_\(code)" : code
    }

    /// A pause this short keeps what is frozen; a longer one gives the rows back, free to be cancelled or to expire.
    static let brief: Duration = .seconds(61)

    public var scope: Scope
    public var cause: String
    public var detail: String?
    public var requestID: String?
    public var since: WallTime
    /// When the door is tried again; nil when only a person opens it.
    public var nextProbe: WallTime?
    /// How often it was tried.
    public var probes: Int

    public init(
        scope: Scope, cause: String, detail: String?, requestID: String?, since: WallTime, nextProbe: WallTime?,
        probes: Int
    ) {
        self.scope = scope
        self.cause = cause
        self.detail = detail
        self.requestID = requestID
        self.since = since
        self.nextProbe = nextProbe
        self.probes = probes
    }

    /// No door is tried later than this after it was last looked at; a time beyond was written before the clock went back.
    static let aheadMax: Duration = serverWaitMax + .seconds(60)

    /// No wait that the API asks for is obeyed for longer.
    static let serverWaitMax: Duration = .seconds(3600)

    /// Whether the door is to be tried now; never when only a person opens it.
    func isDue(at now: WallTime) -> Bool {
        guard let nextProbe else { return false }
        return nextProbe <= now || nextProbe - now > Self.aheadMax
    }

    /// Whether the pause was there before a request began.
    func isOlder(than time: WallTime) -> Bool {
        since <= time || since - time > Self.aheadMax
    }

    /// The wait before the next probe: 30 s at first, doubling to 15 min.
    static func interval(afterProbes count: Int) -> Duration {
        min(.seconds(30) * (1 << min(count, 10)), .seconds(15 * 60))
    }
}

extension Pause {
    /// The cause of a pause for a database that may be a copy of another one.
    public static let copiedCause = "database_copied"
    /// The cause of a pause for a database that has gone back to an earlier state.
    public static let restoredCause = "database_restored"

    /// Whether only `adopt` ends the pause.
    public var isAwaitingAdoption: Bool { cause == Self.copiedCause || cause == Self.restoredCause }
}
