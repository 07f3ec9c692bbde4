import Delivery
import SQLiteStore
import Settings

/// What `status` says: the database's report seen in the light of the configuration and of the worker's lock.
struct StatusAnswer {
    enum Condition: String {
        case delivering
        /// Everything is held back, or a person paused this journey.
        case paused
        /// The API refuses this journey for now.
        case parked
        case notConfigured = "not_configured"
    }

    struct JourneyLine {
        let name: String
        let id: Int?
        let condition: Condition
        let counts: StateCounts
    }

    struct WorkerLine: Equatable {
        let isRunning: Bool
        let pid: Int?
        let version: String?
        let since: WallTime?
        /// The pid of a worker that stands by, 0 when it cannot be told.
        var standby: Int?
    }

    /// The states in the order in which an intent goes through them.
    static let states: [IntentState] = [
        .pending, .scheduled, .retrying, .blocked, .sending, .inDoubt, .dead, .delivered, .cancelled,
    ]

    let journeys: [JourneyLine]
    let total: StateCounts
    let pauses: [Pause]
    let worker: WorkerLine
    let enforcement: Enforcement
    let backlog: DrainEstimate
    /// Since when the intent that has waited longest could have been delivered.
    let oldestDue: WallTime?
    let now: WallTime
    let database: DatabaseFacts

    /// - Parameters:
    ///   - holder: the pid that holds the worker's lock, as text; nil when nobody does.
    ///   - standby: the pid of a worker that stands by; nil when none does.
    init(
        _ report: StatusReport, configuration: Configuration?, holder: String?, standby: Int? = nil, at now: WallTime
    ) {
        let counts = Dictionary(uniqueKeysWithValues: report.journeys.map { ($0.journey, $0.counts) })
        let shut = report.pauses.filter { $0.cause != Pause.rateCause || ($0.nextProbe ?? now) > now }
        let names = Set(counts.keys).union(configuration?.journeys.keys.map(JourneyName.init) ?? [])
        journeys = names.sorted().map { name in
            JourneyLine(
                name: name.text, id: configuration?.journey(named: name.text)?.id,
                condition: Self.condition(of: name.text, shut, configuration), counts: counts[name] ?? StateCounts())
        }
        total = report.total
        pauses = shut
        var worker = Self.worker(report.worker, holder: holder)
        worker.standby = standby
        self.worker = worker
        enforcement = Self.enforcement(configuration?.api.idempotency) ?? report.enforcement
        backlog = DrainEstimate(report)
        oldestDue = report.oldestDue
        self.now = now
        database = report.database
    }

    private static func condition(of name: String, _ shut: [Pause], _ configuration: Configuration?) -> Condition {
        if let configuration, configuration.journey(named: name) == nil { return .notConfigured }
        if shut.contains(where: { $0.scope == .everything }) { return .paused }
        let own = shut.filter { $0.scope == .journey(name) }
        if own.contains(where: { $0.cause == Pause.operatorCause }) { return .paused }
        return own.isEmpty ? .delivering : .parked
    }

    /// The record is the running worker's only when the pid agrees; inside another pid namespace it may not.
    private static func worker(_ record: WorkerRecord?, holder: String?) -> WorkerLine {
        guard let holder else { return WorkerLine(isRunning: false, pid: nil, version: nil, since: nil) }
        let own = record.flatMap { Int(holder) == nil || Int(holder) == $0.pid ? $0 : nil }
        return WorkerLine(isRunning: true, pid: Int(holder) ?? own?.pid, version: own?.version, since: own?.since)
    }

    private static func enforcement(_ mode: IdempotencyMode?) -> Enforcement? {
        switch mode {
        case .enforced: .enforced
        case .absent: .absent
        case .auto, nil: nil
        }
    }
}

extension Pause.Scope {
    /// As answers spell it.
    var name: String {
        switch self {
        case .everything: "everything"
        case .journey(let name): name
        }
    }
}
