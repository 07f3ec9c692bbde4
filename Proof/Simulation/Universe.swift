import Delivery
import Foundation
import GRDB
import SQLiteStore
import Sandbox
import Synchronization

/// One run: a database, producers, workers that end and begin, a network and an API, all in one thread and one time.
///
/// The same seed gives the same run, choice for choice. Things go wrong for a while; then everything works, a person
/// decides what is left to decide, and it must drain.
public final class Universe {
    static let start: Int64 = 1_700_000_000_000
    /// After the chaos, by when everything must be settled: beyond every backoff, pause and window there is, and well
    /// before the API forgets a key, so that nothing is settled by that.
    static let patience: Int64 = 12 * 3600 * 1000
    static let stepsMax = 1_000_000
    static let firstSecret = "sk_\(Intention.canary)_0"

    let seed: UInt64
    let scenario: Scenario
    let agenda = Agenda(startingAt: start)
    let clock: WallClock
    let network: Network
    let live: SharedDatabase
    let orders = Orders()
    let producer: Producer
    let customs: Customs
    let notebook: Notebook
    let weather: Weather
    let journal: Journal
    var dice: Dice
    var configuration: WorkerConfiguration
    var processes: [WorkerProcess] = []
    var workers: [ObjectIdentifier: Worker<SimulatedClock>] = [:]
    var tasks: [ObjectIdentifier: Task<Void, Never>] = [:]
    var secrets = [firstSecret]
    var crashes = 0
    var backup: Backup?
    var isAwaitingAdoption = false
    /// A backup has taken the database's place, and no worker has looked at it yet.
    var isFreshlyRestored = false
    /// Intents that a restore and a person's choice may have entered once more, by how often.
    var mayDouble: [Int64: Int] = [:]
    /// Intents that a restored database shows as waiting though they may have been entered.
    var mayBeEntered: Set<Int64> = []
    /// What the person found in doubt.
    var doubts: [Doubt] = []
    var lastWords: LastWords?
    let commits = SimulatedCommits()
    private let errands = Errands()

    var isChaotic: Bool { weather.isChaotic }
    /// What a clock on the wall says now.
    var wall: Int64 { clock.now }

    init(seed: UInt64, tilted lanes: Set<Lane>, in live: SharedDatabase, uuid: String, journal: Journal) throws {
        self.journal = journal
        self.seed = seed
        dice = Dice(seed: seed)
        scenario = Scenario(&dice, tilted: lanes)
        configuration = scenario.configuration()
        weather = Weather(scenario, dice: Dice(seed: seed ^ 0x5707E))
        network = Network(agenda: agenda, configuration: scenario.sandbox(seed: seed), dice: Dice(seed: seed ^ 0x4E37))
        clock = WallClock(agenda)
        self.live = live
        live.follow(clock)
        producer = Producer(live, orders)
        customs = Customs(live, scenario, orders)
        notebook = Notebook(uuid: uuid)
        network.set(scenario.faults)
    }

    /// Runs it to its end and says what was wrong; nothing, if the promise was kept.
    func run() throws -> [Breach] {
        try startWorker()
        planProducers()
        planUpsets()
        let calm = Self.start + scenario.chaos
        let isOver = Mutex(false)
        agenda.at(calm) { isOver.withLock { $0 = true } }
        var (steps, deadline) = (0, calm + Self.patience)
        while steps < Self.stepsMax, customs.breaches.isEmpty, producer.breaches.isEmpty {
            steps += 1
            if isChaotic, isOver.withLock({ $0 }) {
                try calmDown()
                deadline += scheduledFor
            }
            if try stepProcesses() { continue }
            try tend()
            if !isChaotic, try isSettled(), try isLast() { break }
            guard agenda.step(until: deadline) else { break }
            for errand in errands.takeAll() { try errand(self) }
        }
        try end()
        return try Books(self, hasEnded: steps < Self.stepsMax).breaches()
    }

    func plan(at time: Int64, _ action: @escaping Errands.Errand) {
        agenda.at(time) { [errands] in errands.add(action) }
    }

    func notifyCommit() {
        // The kernel's word may be late, or merged with another's.
        agenda.after(dice.milliseconds(0...20)) { [commits] in commits.notify() }
    }

    private func isSettled() throws -> Bool {
        guard processes.allSatisfy({ $0.executor.isIdle }) else { return false }
        return try live.queue.unsafeRead { db in
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
        // What is left of them runs out without any effect.
        var steps = 0
        while steps < 10_000, let process = processes.first(where: { !$0.executor.isIdle }) {
            _ = process.executor.step(&dice)
            steps += 1
        }
        while agenda.step(until: .max), steps < 20_000 {
            for process in processes { while process.executor.step(&dice) {} }
            steps += 1
        }
        for process in processes { live.giveBack(process.connection) }
    }
}
