import Delivery
import Operation
import Settings

/// The output of `status`: the database's report, combined with the configuration and the worker's lease.
struct StatusView {
    enum Condition: String {
        case delivering
        /// The whole outbox is paused, or the operator paused this journey.
        case paused
        /// The API refuses this journey at present.
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
        /// The process id of a standby worker, 0 when it is unknown.
        var standby: Int?
    }

    /// The states in the order in which an intent passes through them.
    static let states: [IntentState] = [
        .pending, .scheduled, .retrying, .blocked, .sending, .inDoubt, .dead, .delivered, .cancelled,
    ]

    let journeys: [JourneyLine]
    let total: StateCounts
    let pauses: [Pause]
    let worker: WorkerLine
    let enforcement: Enforcement
    let backlog: DrainEstimate
    /// Since when the oldest due intent has been due.
    let oldestDue: WallTime?
    let now: WallTime
    let database: DatabaseFacts

    init(_ report: StatusReport, configuration: Configuration?, workers: WorkerPresence, at now: WallTime) {
        let counts = Dictionary(uniqueKeysWithValues: report.journeys.map { ($0.journey, $0.counts) })
        let active = report.pauses.filter { $0.cause != .rateLimited || ($0.nextProbe ?? now) > now }
        let names = Set(counts.keys).union(configuration?.journeys.keys.map(JourneyName.init) ?? [])
        journeys = names.sorted().map { name in
            JourneyLine(
                name: name.text, id: configuration?.journey(named: name.text)?.id,
                condition: Self.condition(of: name.text, active, configuration), counts: counts[name] ?? StateCounts())
        }
        total = report.total
        pauses = active
        var worker = Self.worker(report.worker, holder: workers.holder)
        worker.standby = workers.standby
        self.worker = worker
        enforcement = Self.enforcement(configuration?.api.idempotency) ?? report.enforcement
        backlog = DrainEstimate(report)
        oldestDue = report.oldestDue
        self.now = now
        database = report.database
    }

    private static func condition(of name: String, _ pauses: [Pause], _ configuration: Configuration?) -> Condition {
        if let configuration, configuration.journey(named: name) == nil { return .notConfigured }
        if pauses.contains(where: { $0.scope == .everything }) { return .paused }
        let own = pauses.filter { $0.scope == .journey(name) }
        if own.contains(where: { $0.cause == .byOperator }) { return .paused }
        return own.isEmpty ? .delivering : .parked
    }

    /// The record belongs to the running worker only when the process ids are equal. In another pid namespace they can
    /// differ, and the lock's text is then empty.
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
    /// As the output spells it.
    var name: String {
        switch self {
        case .everything: "everything"
        case .journey(let name): name
        }
    }
}
