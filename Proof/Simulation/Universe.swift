import Delivery
import Foundation
import GRDB
import SQLiteStore
import Sandbox
import Synchronization

/// One run: a database, producers, workers that end and begin, a network and an API, all in one thread and one time.
///
/// The same seed gives the same run, choice for choice. Things go wrong for a while; then everything works, and it must
/// drain.
public final class Universe {
    /// Before the day it is played, since what SQL itself stamps with the machine's time must not look old.
    static let start: Int64 = 1_700_000_000_000
    /// After the chaos, by when everything must be settled: beyond every backoff, pause and window there is.
    static let patience: Int64 = 40 * 3600 * 1000
    static let stepsMax = 2_000_000

    let seed: UInt64
    let scenario: Scenario
    let agenda = Agenda(startingAt: start)
    let network: Network
    let producer: Producer
    let path: String
    var dice: Dice
    var processes: [WorkerProcess] = []
    var workers: [ObjectIdentifier: Worker<SimulatedClock>] = [:]
    var secrets = ["sk_0"]
    let weather: Weather
    var isChaotic: Bool { weather.isChaotic }
    var wallOffset: Int64 = 0
    var crashes = 0
    let journal: Journal
    private let errands = Errands()
    private var tasks: [ObjectIdentifier: Task<Void, Never>] = [:]
    private let commits = SimulatedCommits()

    init(seed: UInt64, at path: String, isKept: Bool = false) throws {
        journal = Journal(isKept: isKept)
        self.seed = seed
        self.path = path
        dice = Dice(seed: seed)
        scenario = Scenario(&dice)
        weather = Weather(scenario, dice: Dice(seed: seed ^ 0x5707E))
        network = Network(agenda: agenda, configuration: scenario.sandbox(seed: seed), dice: Dice(seed: seed ^ 0x4E37))
        producer = try Producer(path: path)
        network.set(scenario.faults)
    }

    /// Runs it to its end and says what was wrong; nothing, if the promise was kept.
    func run() throws -> [String] {
        try startWorker()
        planProducers()
        planUpsets()
        let calm = Self.start + scenario.chaos
        let isOver = Mutex(false)
        agenda.at(calm) { isOver.withLock { $0 = true } }
        var steps = 0
        while steps < Self.stepsMax {
            steps += 1
            if isChaotic, isOver.withLock({ $0 }) { try calmDown() }
            if try stepProcesses() { continue }
            try tend()
            if !isChaotic, try isSettled() { break }
            guard agenda.step(until: calm + Self.patience) else { break }
            for errand in errands.takeAll() { try errand(self) }
        }
        try end()
        return try Books(self, hasEnded: steps < Self.stepsMax).faults()
    }

    func plan(at time: Int64, _ action: @escaping Errands.Errand) {
        agenda.at(time) { [errands] in errands.add(action) }
    }

    // MARK: Processes

    private func stepProcesses() throws -> Bool {
        let now = agenda.now
        let ready = processes.filter { !$0.executor.isIdle && !$0.isFrozen(at: now) }
        guard !ready.isEmpty else { return false }
        let process = ready[dice.below(ready.count)]
        if isChaotic, process.isAlive, dice.chance(scenario.crash) {
            process.crash()
            try tend()
        }
        return process.executor.step(&dice)
    }

    /// Clears away what has ended, and starts a successor after a while.
    private func tend() throws {
        for process in processes where !process.isAlive {
            guard let worker = workers.removeValue(forKey: ObjectIdentifier(process)) else { continue }
            _ = worker
            if case .crashed = process.ending {
                crashes += 1
                tasks[ObjectIdentifier(process)]?.cancel()
            }
            if isChaotic, scenario.upsets.clockSteps, dice.chance(0.3) {
                wallOffset += dice.pick([-7_200_000, -200_000, 200_000, 90_000_000])
            }
            if workers.isEmpty {
                plan(at: agenda.now + dice.milliseconds(1...2000)) { try $0.startWorkerIfNone() }
            }
        }
        processes.removeAll { !$0.isAlive && $0.executor.isIdle && workers[ObjectIdentifier($0)] == nil && $0.hasReturned }
    }

    func startWorkerIfNone() throws {
        if workers.isEmpty { try startWorker() }
    }

    func startWorker() throws {
        let clock = SimulatedClock(agenda: agenda, offset: wallOffset)
        let process = WorkerProcess(clock: clock, ring: Keyring(secrets))
        let store = try SQLiteStore(
            path: path, manner: SQLiteStore.Manner(claimHeldMax: .seconds(3600), isBlocking: true))
        let worker = Worker(
            configuration: scenario.configuration(),
            store: SimulatedStore(store: store, process: process, faults: weather.storeFault),
            sender: SimulatedSender(network: network, process: process), commits: commits, clock: clock,
            seed: dice.next(), lookInterval: .seconds(60),
            observe: { [journal] event in
                guard process.isAlive else { return }
                if case .looked = event { return }
                journal.note(event)
            })
        let id = ObjectIdentifier(process)
        processes.append(process)
        workers[id] = worker
        tasks[id] = Task(executorPreference: process.executor) {
            do {
                _ = try await worker.run()
                process.leave("stopped")
            } catch {
                process.leave("\(error)")
            }
            process.markReturned()
        }
    }

    // MARK: The end

    private func calmDown() throws {
        weather.calmDown()
        network.set(Network.Faults())
        network.change { model in
            for secret in secrets { model.addAPIKey(secret) }
            model.credit = nil
            for journey in model.journeys where journey.status != .live { model[journey: journey.id]?.status = .live }
        }
        try resumeEverything()
        for worker in workers.values { worker.keysChanged() }
        commits.notify()
    }

    private func isSettled() throws -> Bool {
        guard processes.allSatisfy({ $0.executor.isIdle }) else { return false }
        return try producer.database.read { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT NOT EXISTS (SELECT 1 FROM outbox) AND NOT EXISTS (SELECT 1 FROM outbox_waiting)
                      AND NOT EXISTS (SELECT 1 FROM outbox_batch WHERE state = 'sending')
                    """) ?? false
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
    }

    func notifyCommit() {
        // The kernel's word may be late, or merged with another's.
        agenda.after(dice.milliseconds(0...20)) { [commits] in commits.notify() }
    }
}

/// Tells workers of commits, as inotify and `data_version` do.
final class SimulatedCommits: CommitSource {
    private let state = Mutex<(next: Int, listeners: [Int: @Sendable () -> Void])>((0, [:]))

    func notify() { for listener in state.withLock({ $0.listeners.sorted { $0.key < $1.key }.map(\.value) }) { listener() } }

    func watch(_ notify: @escaping @Sendable () -> Void) async throws {
        let id = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = notify
            return state.next
        }
        let ended = Mutex<(isEnded: Bool, continuation: CheckedContinuation<Void, Never>?)>((false, nil))
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isEnded = ended.withLock { ended in
                    if ended.isEnded || Task.isCancelled { return true }
                    ended.continuation = continuation
                    return false
                }
                if isEnded { continuation.resume() }
            }
        } onCancel: {
            ended.withLock { ended in
                ended.isEnded = true
                return ended.continuation.take()
            }?.resume()
        }
        state.withLock { _ = $0.listeners.removeValue(forKey: id) }
        throw CancellationError()
    }
}
