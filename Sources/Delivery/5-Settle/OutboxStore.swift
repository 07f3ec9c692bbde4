/// The database, as the worker sees it: SQL is on the other side of this seam.
///
/// Every call is one transaction. A worker that no longer holds the fence gets `StoreError.fenced` and nothing is
/// written; a database that is busy is waited for within a bound and then reported as `StoreError.busy`.
public protocol OutboxStore: Sendable {
    /// Takes over the outbox: raises the fence and returns what a predecessor left behind.
    func takeOver(at now: WallTime) async throws -> Inheritance

    /// Looks, without a lock, at what could be claimed.
    func survey(journeys: [String], at now: WallTime) async throws -> Survey

    /// Settles, begins further attempts and claims, in one transaction, the claims bounded by time held.
    func commit(_ round: Round) async throws -> RoundResult

    /// How much is left of what was committed and due when a drain started.
    func remaining(of goal: DrainGoal, journeys: [String], at now: WallTime) async throws -> Remaining

    /// What is committed and due now.
    func drainGoal(at now: WallTime) async throws -> DrainGoal

    /// Removes a bounded number of records older than the retention; true when more are left.
    func prune(before time: WallTime) async throws -> Bool

    /// Lets the write-ahead log be used again from its start, once this worker has written so many pages since the
    /// last time; never waits for readers or writers.
    ///
    /// Returns what it found, nil when it was not time yet or the database has no such log.
    func checkpoint(afterPages pages: Int) async throws -> WriteAheadLog?

    /// Stores since when the log has been pinned, or that it no longer is, for people who ask.
    func store(pinnedSince: WallTime?) async throws
}

/// What a predecessor left: its open batches, its pauses and what it had learned.
public struct Inheritance: Sendable {
    public var batches: [Batch]
    public var pauses: [Pause]
    public var enforcement: EnforcementFinding?
    /// The body limit that a 413 taught.
    public var bodyBytesMax: Int?
    /// How far the outbox has come, the fence raised.
    public var marks = Marks()
    /// When the latest requests left, as far as that is known.
    public var recentRequests: [WallTime] = []
    /// The rate limit that refusals taught, in requests per second.
    public var learnedLimit: Double?
    public var clock: ClockMark?

    public init(
        batches: [Batch], pauses: [Pause], enforcement: EnforcementFinding?, bodyBytesMax: Int?,
        learnedLimit: Double? = nil, clock: ClockMark?
    ) {
        self.batches = batches
        self.pauses = pauses
        self.enforcement = enforcement
        self.bodyBytesMax = bodyBytesMax
        self.learnedLimit = learnedLimit
        self.clock = clock
    }
}

/// What could be claimed, journey by journey.
public struct Survey: Sendable {
    /// Journeys of the configuration with something due.
    public var supplied: Set<String>
    /// When the next intent that waits or is scheduled becomes due, by journey.
    public var nextDue: [String: WallTime]
    /// The pauses as stored, since another process may add or lift one.
    public var pauses: [Pause]

    public init(supplied: Set<String>, nextDue: [String: WallTime], pauses: [Pause]) {
        self.supplied = supplied
        self.nextDue = nextDue
        self.pauses = pauses
    }
}

/// A change to the stored pauses.
public enum PauseChange: Sendable {
    case put(Pause)
    case remove(Pause.Scope, cause: String)
}

/// Everything that one transaction is to do.
public struct Round: Sendable {
    public var now: WallTime
    /// The time by the worker's reckoning, which is what a request is stamped with before it leaves.
    public var reckoned: WallTime
    public var pauses: [PauseChange] = []
    public var settlements: [Settlement] = []
    /// Batches whose next attempt begins.
    public var resumes: [Batch] = []
    public var claims: [ClaimOrder] = []
    public var enforcement: EnforcementFinding?
    public var bodyBytesMax: BodyLimitChange?
    /// The rate limit that refusals taught, in requests per second; 0 is none.
    public var learnedLimit: Double?
    public var clock: ClockMark?
    /// Requests beside the batches' own that leave once the round is committed, so that a successor counts them.
    public var asks = 0
    /// No row waits for longer than this by right; one that does was told so by a clock that has gone back since.
    public var waitsEnd: WallTime?
    /// What the configuration says about dead letters, by journey; only when it is new to the database.
    public var onDead: [String: Journey.OnDead] = [:]

    public init(now: WallTime, reckoned: WallTime) {
        self.now = now
        self.reckoned = reckoned
    }

    var isEmpty: Bool {
        pauses.isEmpty && settlements.isEmpty && resumes.isEmpty && claims.isEmpty && enforcement == nil
            && bodyBytesMax == nil && learnedLimit == nil && clock == nil && asks == 0 && waitsEnd == nil
            && onDead.isEmpty
    }
}

/// A change to the body limit that a 413 taught.
public enum BodyLimitChange: Sendable, Equatable {
    case learned(Int)
    case forgotten
}

/// What a round came to.
public struct RoundResult: Sendable {
    /// Batches whose attempt is committed: they are to be sent now.
    public var begun: [Batch] = []
    /// Batches frozen out of a split or shrunk one, to be begun when there is a permit.
    public var successors: [Batch] = []
    /// Batches whose settlement did not apply: somebody else has settled them.
    public var stale: [Int64] = []
    /// Batches whose settlement could not be applied, and is as if it had not been tried.
    public var failed: [Failed] = []
    /// The last intent's id, when a batch was settled or begun.
    public var lastIntent: Int64 = 0
    /// The last batch's id, likewise.
    public var lastBatch: Int64 = 0
    public var supplies: [String: Supply] = [:]
    /// For each journey in `supplies`: when its next intent that waits or is scheduled becomes due.
    public var nextDue: [String: WallTime] = [:]
    /// Journeys in which another intent of an ordering key may have become due, and which the round's claims have not
    /// looked at since.
    public var released: Set<String> = []
    /// More rows wait for too long than one round may touch.
    public var hasOverlongWaits = false
    /// Rows refused alone and not yet condemned, by journey: how many share the latest code.
    public var refusedAlike: [String: Int] = [:]
    /// Rows that the worker itself found unsendable.
    public var quarantined: [Int64: Unsendable] = [:]
    /// How long the write lock was waited for.
    public var waited: Duration = .zero
    /// How long the write lock was held, the commit included.
    public var held: Duration = .zero
    /// How long the write lock is to be left to others before the next round.
    public var rest: Duration = .zero

    public init() {}

    /// A settlement that the database refused.
    public struct Failed: Sendable {
        public var batch: Batch
        public var reason: String

        public init(batch: Batch, reason: String) {
            self.batch = batch
            self.reason = reason
        }
    }
}

/// What a drain is to empty: what was committed and due when it started.
public struct DrainGoal: Sendable, Equatable {
    public var lastID: Int64
    public var dueBy: WallTime

    public init(lastID: Int64, dueBy: WallTime) {
        self.lastID = lastID
        self.dueBy = dueBy
    }
}

/// What is left of a drain's goal.
public struct Remaining: Sendable, Equatable {
    /// Waiting, ready or being sent in journeys that the configuration knows.
    public var open: Int
    /// Of `open`, by journey.
    public var openByJourney: [String: Int]
    public var inDoubt: Int
    public var unknownJourney: Int
    /// Behind an earlier intent of their ordering key that waits for a person, or for a time after the drain's.
    public var heldBack: Int

    public init(open: Int, openByJourney: [String: Int], inDoubt: Int, unknownJourney: Int, heldBack: Int = 0) {
        self.open = open
        self.openByJourney = openByJourney
        self.inDoubt = inDoubt
        self.unknownJourney = unknownJourney
        self.heldBack = heldBack
    }
}

/// What the store could not do.
public enum StoreError: Error, Sendable, Equatable {
    /// Another worker has taken over since.
    case fenced
    /// The file at the database's path, or its log, is another one than the worker has open; nothing was written.
    case replaced
    /// Somebody held the database for longer than the worker waits; nothing was written.
    case busy
}
