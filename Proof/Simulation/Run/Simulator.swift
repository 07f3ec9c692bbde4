import Delivery
import Foundation
import GRDB
import SQLiteStore
import Sandbox
import Synchronization

/// One run of the simulation: a database, producers, worker processes, a network and the API, in one thread and with
/// one simulated time.
///
/// The same seed gives the same run, down to each random choice. Faults are injected for a limited time. Then
/// everything works again, the operator decides about the intents that wait for a decision, and the outbox must drain.
public final class Simulator {
    static let start: Int64 = 1_700_000_000_000
    /// The time within which everything must be settled after the faults have ended, in milliseconds. It is longer than
    /// every backoff, pause and rate window. It is shorter than the time after which the API forgets a key, so that no
    /// batch is settled because its key was forgotten.
    static let drainTime: Int64 = 12 * 3600 * 1000
    static let stepsMax = 1_000_000
    static let firstSecret = "sk_\(PlannedIntent.canary)_0"

    let seed: UInt64
    let scenario: Scenario
    let eventQueue = EventQueue(startingAt: start)
    let clock: WallClock
    let network: Network
    /// The network and the API of a run in the weather of the documents; nil in the classic model.
    let documents: DocumentNetwork?
    let weather: DocumentWeather?
    let database: SharedDatabase
    let committedIntents = CommittedIntents()
    let producer: Producer
    let requestChecker: RequestChecker
    let stateDirectory: SimulatedStateDirectory
    let faultInjector: FaultInjector
    let eventTrace: EventTrace
    var random: PRNG
    var configuration: WorkerConfiguration
    var processes: [WorkerProcess] = []
    var workers: [ObjectIdentifier: Worker<SimulatedClock>] = [:]
    var tasks: [ObjectIdentifier: Task<Void, Never>] = [:]
    var secrets = [firstSecret]
    var crashes = 0
    var backup: Backup?
    var isAwaitingAdoption = false
    /// Whether a backup has replaced the database and no worker has examined it yet.
    var isFreshlyRestored = false
    /// How often an intent may be entered in addition, because of a restore and of the operator's choice after it.
    var allowedDuplicates: [Int64: Int] = [:]
    /// Intents that are open in the restored database although they may have been entered already.
    var possiblyEntered: Set<Int64> = []
    /// The batches that the operator found in doubt after the faults had ended.
    var inDoubtBatches: [InDoubtBatch] = []
    var finalLoad: FinalLoad?
    /// The violations of the promise in a run in the weather of the documents.
    private(set) var violations: [PromiseViolation] = []
    let commits = SimulatedCommits()
    /// The batches in doubt of a run in the weather of the documents, by their ids.
    var doubtNotes: [Int64: DoubtNote] = [:]
    var recovery: Recovery?
    /// The pauses that were in force when nothing had been delivered in time.
    var recoveryPauses = ""
    private let actions = ActionQueue()

    var areFaultsActive: Bool { faultInjector.areFaultsActive }
    /// What the machine's wall clock shows now, in milliseconds of Unix time.
    var wallTime: Int64 { clock.now }

    init(
        seed: UInt64, tilted tilts: Set<Tilt>, model: SimulationModel, in database: SharedDatabase, uuid: String,
        eventTrace: EventTrace
    ) throws {
        self.eventTrace = eventTrace
        self.seed = seed
        random = PRNG(seed: seed)
        let drawn = Scenario(&random, tilted: tilts)
        switch model {
        case .classic: (scenario, weather, documents) = (drawn, nil, nil)
        case .documents(let excluded):
            var source = PRNG(seed: seed ^ 0xD0C5)
            let weather = DocumentWeather(&source, without: excluded)
            scenario = Self.withoutClassicWeather(drawn, &source)
            self.weather = weather
            documents = DocumentNetwork(
                eventQueue: eventQueue, configuration: scenario.sandbox(seed: seed), weather, seed: seed)
        }
        configuration = scenario.configuration()
        if weather != nil { configuration.url = DocumentWeather.urls[0] }
        faultInjector = FaultInjector(
            scenario, storeErrors: weather?.storeErrors ?? (0, 0), random: PRNG(seed: seed ^ 0x5707E))
        network = Network(
            eventQueue: eventQueue, configuration: scenario.sandbox(seed: seed), random: PRNG(seed: seed ^ 0x4E37))
        clock = WallClock(eventQueue)
        self.database = database
        database.follow(clock)
        producer = Producer(database, committedIntents)
        requestChecker = RequestChecker(database, scenario, committedIntents)
        stateDirectory = SimulatedStateDirectory(uuid: uuid)
        network.set(scenario.faults)
    }

    /// Runs to the end and returns every breach of an invariant. The array is empty when all invariants held.
    func run() throws -> [Breach] {
        try startWorker()
        planProducers()
        if let weather { planWeather(weather) } else { planDisruptions() }
        let faultsEnd = Self.start + scenario.faultDuration
        let isOver = Mutex(false)
        eventQueue.at(faultsEnd) { isOver.withLock { $0 = true } }
        var (steps, deadline) = (0, faultsEnd + (documents == nil ? Self.drainTime : weatherDrainTime))
        while steps < Self.stepsMax, requestChecker.breaches.isEmpty, producer.breaches.isEmpty {
            steps += 1
            if areFaultsActive, isOver.withLock({ $0 }) {
                if documents == nil { try endFaults() } else { try endWeather() }
                deadline += longestSchedule
            }
            if try stepProcesses() { continue }
            try removeEndedProcesses()
            if !areFaultsActive, try isSettled(), try isLastCheckOver() { break }
            guard eventQueue.step(until: deadline) else { break }
            for action in actions.takeAll() { try action(self) }
        }
        if documents != nil { try noteDoubt() }
        try end()
        if let documents {
            violations = try PromiseChecker(self, documents, hasEnded: steps < Self.stepsMax).violations()
            return []
        }
        return try OutcomeChecker(self, hasEnded: steps < Self.stepsMax).breaches()
    }

    /// Whether nothing is left to be looked at once everything is settled.
    private func isLastCheckOver() throws -> Bool {
        try documents == nil ? isFinalLoadDelivered() : isRecoveryOver()
    }

    func plan(at time: Int64, _ action: @escaping ActionQueue.Action) {
        eventQueue.at(time) { [actions] in actions.add(action) }
    }

    func notifyCommit() {
        // The kernel may deliver a notification late, or merge it with another one.
        eventQueue.after(random.milliseconds(0...20)) { [commits] in commits.notify() }
    }

    private func isSettled() throws -> Bool {
        guard processes.allSatisfy({ $0.executor.isIdle }) else { return false }
        return try database.queue.unsafeRead { db in
            try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT NOT EXISTS (SELECT 1 FROM outbox) AND NOT EXISTS (SELECT 1 FROM outbox_waiting)
                          AND NOT EXISTS (SELECT 1 FROM outbox_batch WHERE state <> 'settled')
                        """)) ?? false
        }
    }

    private func end() throws {
        for process in processes {
            process.crash()
            tasks[ObjectIdentifier(process)]?.cancel()
        }
        // The remaining jobs of the processes run to their end. They have no effect.
        var steps = 0
        while steps < 10_000, let process = processes.first(where: { !$0.executor.isIdle }) {
            _ = process.executor.step(&random)
            steps += 1
        }
        while eventQueue.step(until: .max), steps < 20_000 {
            for process in processes { while process.executor.step(&random) {} }
            steps += 1
        }
        for process in processes { database.giveBack(process.connection) }
    }
}

/// The actions that events leave to the simulator's loop. Only the loop changes the simulator.
final class ActionQueue: Sendable {
    typealias Action = @Sendable (Simulator) throws -> Void
    private let list = Mutex<[Action]>([])

    func add(_ action: @escaping Action) { list.withLock { $0.append(action) } }

    func takeAll() -> [Action] {
        list.withLock { list in
            defer { list = [] }
            return list
        }
    }
}
