import GRDB

/// Compares a database with the sandbox's log, and decides whether the guarantees were kept.
///
/// It shares no code with the worker. It reads the two files, and its caller states which faults the run had. Each
/// violation begins with the number of the invariant that it breaks.
public struct Audit: Sendable {
    /// A fault that was injected into the run. Each one explains certain outcomes.
    public enum InjectedFault: Sendable, Hashable {
        case kills
        /// The clock of a worker was a day ahead or behind.
        case clockJumps
        /// The API's limit was below the worker's rate.
        case limits
        /// The API ignores idempotency keys. A request that may have run is then in doubt at once, and never runs
        /// twice.
        case ignoredKeys
    }

    /// How many requests may leave within a window, and how long one may take to arrive.
    public struct RequestBudget: Sendable {
        public let requestsMax: Int
        public let windowMilliseconds: Int64
        public let transitMilliseconds: Int64

        public init(requestsMax: Int, windowMilliseconds: Int64, transitMilliseconds: Int64) {
            self.requestsMax = requestsMax
            self.windowMilliseconds = windowMilliseconds
            self.transitMilliseconds = transitMilliseconds
        }
    }

    /// The totals of a run, for its record.
    public struct RunCounts: Sendable, Equatable {
        public var committed = 0
        public var delivered = 0
        public var dead = 0
        public var cancelled = 0
        public var inDoubt = 0
        public var requests = 0
        public var effects = 0

        public init() {}
    }

    let log: APILog
    let journeys: [String: Int]
    let faults: Set<InjectedFault>
    let budget: RequestBudget?

    /// - Parameter journeys: the journeys' numbers by name.
    public init(log: APILog, journeys: [String: Int], faults: Set<InjectedFault>, budget: RequestBudget? = nil) {
        self.log = log
        self.journeys = journeys
        self.faults = faults
        self.budget = budget
    }

    /// Returns every violation. The array is empty when the guarantees were kept.
    ///
    /// - Parameter isDrained: whether the faults have ended and a drain has finished, so that nothing may be left.
    /// - Throws: an error of SQLite or of decoding when the database or the log cannot be read.
    public func violations(in db: Database, isDrained: Bool) throws -> [String] {
        let found = try DatabaseSnapshot(db)
        let effects = try effectsByOrder()
        var wrong = locations(found)
        wrong += try self.effects(found, effects)
        wrong += rejections(found)
        wrong += keys()
        wrong += explanations(found, pauses: try TransitionRecorder.pauses(in: db))
        if isDrained { wrong += try leftovers(found, in: db) }
        let integrity = try String.fetchAll(db, sql: "PRAGMA integrity_check")
        if integrity != ["ok"] { wrong += integrity.map { "9: integrity_check: \($0)" } }
        wrong += try TransitionRecorder.wrongTransitions(in: db).map { "9: \($0)" }
        wrong += windows()
        wrong += orders(found, effects)
        return wrong
    }

    /// The intents in doubt: those that had their effect, and the others. An operator would find this out in the API.
    public func intentsInDoubt(in db: Database) throws -> (delivered: [Int64], others: [Int64]) {
        let found = try DatabaseSnapshot(db)
        let effects = try effectsByOrder()
        let inDoubt = found.orders.filter { found.intents[$0.intent]?.first?.state == "in_doubt" }
        return (
            inDoubt.filter { effects[$0.number] != nil }.map(\.intent),
            inDoubt.filter { effects[$0.number] == nil }.map(\.intent)
        )
    }

    public func counts(in db: Database) throws -> RunCounts {
        let found = try DatabaseSnapshot(db)
        var counts = RunCounts()
        (counts.committed, counts.requests) = (found.orders.count, log.requests.count)
        counts.effects = log.effects.count
        for intent in found.intents.values.joined() {
            switch intent.state {
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
