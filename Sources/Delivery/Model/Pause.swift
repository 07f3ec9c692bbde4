/// A pause of all requests or of the requests of one journey: its cause, and when a probe is due.
public struct Pause: Sendable, Equatable {
    /// Which requests the pause holds back.
    public enum Scope: Sendable, Hashable {
        case everything
        case journey(String)

        /// The scope as the database stores it: the empty text stands for everything.
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

    /// The longest pause during which batches that were not executed stay frozen.
    ///
    /// A longer pause ends such batches, so that their intents can be cancelled or can expire.
    static let brief: Duration = .seconds(61)

    public var scope: Scope
    public var cause: PauseCause
    /// The message of the API; nil when there is none.
    public var detail: String?
    /// The id of the request whose answer made the pause.
    public var requestID: String?
    /// When the pause began.
    public var since: WallTime
    /// When the next probe is due; nil when only an operator ends the pause.
    public var nextProbe: WallTime?
    /// How many probes were sent.
    public var probes: Int

    public init(
        scope: Scope, cause: PauseCause, detail: String?, requestID: String?, since: WallTime, nextProbe: WallTime?,
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

    /// The longest time between now and a probe that is due later.
    ///
    /// A time that is further ahead was written before the wall clock was set back, and counts as past.
    static let aheadMax: Duration = serverWaitMax + .seconds(60)

    /// The longest wait that the worker accepts from the API.
    static let serverWaitMax: Duration = .seconds(3600)

    /// Whether a probe is due now; never for a pause that only an operator ends.
    func isDue(at now: WallTime) -> Bool {
        guard let nextProbe else { return false }
        return nextProbe <= now || nextProbe - now > Self.aheadMax
    }

    /// Whether the pause began before a request that began at `time`.
    func isOlder(than time: WallTime) -> Bool {
        since <= time || since - time > Self.aheadMax
    }

    /// The wait before the next probe: 30 s after no probe, doubled after each probe up to 15 min.
    static func interval(afterProbes count: Int) -> Duration {
        assert(count >= 0, "a pause counts its probes from 0")
        return min(.seconds(30) * (1 << min(count, 10)), .seconds(15 * 60))
    }
}

extension Pause {
    /// Whether only the command `adopt` ends the pause.
    public var isAwaitingAdoption: Bool { cause.isAwaitingAdoption }
}
