import GRDB

/// Holds a database against the sandbox's log, and decides whether the promise was kept.
///
/// It shares no code with the worker: it reads the two files, and knows what went wrong because it is told.
/// Each violation begins with the number of the invariant that it breaks.
public struct Audit: Sendable {
    /// What was done to the run, each of which explains something.
    public enum Fault: Sendable, Hashable {
        case kills
        /// A worker's clock was a day ahead or behind.
        case clockJumps
        /// The API's own limit was set below the worker's budget.
        case limits
        /// The API ignores idempotency keys: what may have run is then in doubt at once, and still never runs twice.
        case ignoredKeys
    }

    /// Requests that may leave within a window, and the time that one may take to arrive.
    public struct Budget: Sendable {
        public let requestsMax: Int
        public let windowMilliseconds: Int64
        public let transitMilliseconds: Int64

        public init(requestsMax: Int, windowMilliseconds: Int64, transitMilliseconds: Int64) {
            self.requestsMax = requestsMax
            self.windowMilliseconds = windowMilliseconds
            self.transitMilliseconds = transitMilliseconds
        }
    }

    /// What came of the run, for its record.
    public struct Counts: Sendable, Equatable {
        public var committed = 0
        public var delivered = 0
        public var dead = 0
        public var cancelled = 0
        public var inDoubt = 0
        public var requests = 0
        public var effects = 0

        public init() {}
    }

    let log: EffectLog
    let journeys: [String: Int]
    let faults: Set<Fault>
    let budget: Budget?

    /// - Parameter journeys: the journeys' numbers by name.
    public init(log: EffectLog, journeys: [String: Int], faults: Set<Fault>, budget: Budget? = nil) {
        self.log = log
        self.journeys = journeys
        self.faults = faults
        self.budget = budget
    }

    /// Everything that is wrong; nothing when the promise was kept.
    ///
    /// - Parameter isDrained: whether faults have stopped and a drain has ended, so that nothing may be left.
    public func violations(in db: Database, isDrained: Bool) throws -> [String] {
        let found = try Whereabouts(db)
        let effects = try effectsByOrder()
        var wrong = places(found)
        wrong += try self.effects(found, effects)
        wrong += rejections(found)
        wrong += keys()
        wrong += explanations(found, pauses: try Witness.pauses(in: db))
        if isDrained { wrong += try leftovers(found, in: db) }
        let integrity = try String.fetchAll(db, sql: "PRAGMA integrity_check")
        if integrity != ["ok"] { wrong += integrity.map { "9: integrity_check: \($0)" } }
        wrong += try Witness.wrongMoves(in: db).map { "9: \($0)" }
        wrong += windows()
        wrong += lanes(found, effects)
        return wrong
    }

    /// The intents in doubt, and whether each had its effect: what a person would find out.
    public func doubts(in db: Database) throws -> (delivered: [Int64], others: [Int64]) {
        let found = try Whereabouts(db)
        let effects = try effectsByOrder()
        let doubtful = found.orders.filter { found.places[$0.intent]?.first?.state == "in_doubt" }
        return (
            doubtful.filter { effects[$0.number] != nil }.map(\.intent),
            doubtful.filter { effects[$0.number] == nil }.map(\.intent)
        )
    }

    public func counts(in db: Database) throws -> Counts {
        let found = try Whereabouts(db)
        var counts = Counts()
        (counts.committed, counts.requests) = (found.orders.count, log.requests.count)
        counts.effects = log.effects.count
        for place in found.places.values.joined() {
            switch place.state {
            case "delivered": counts.delivered += 1
            case "dead": counts.dead += 1
            case "cancelled": counts.cancelled += 1
            case "in_doubt": counts.inDoubt += 1
            default: break
            }
        }
        return counts
    }
}
