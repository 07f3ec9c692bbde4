import Delivery
import SQLiteStore

/// Workers that begin, run, and end or are ended.
extension Universe {
    /// Lets one job of one process run; false when none can.
    func stepProcesses() throws -> Bool {
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
    func tend() throws {
        for process in processes where !process.isAlive {
            guard workers.removeValue(forKey: ObjectIdentifier(process)) != nil else { continue }
            if case .crashed = process.ending {
                crashes += 1
                tasks[ObjectIdentifier(process)]?.cancel()
            }
            // One machine has one clock: it is stepped while nobody runs.
            if isChaotic, scenario.upsets.clockSteps, workers.isEmpty, dice.chance(0.3) {
                // Well below the retention, or records would rightly be gone before they are looked at.
                let ahead = clock.ahead < 2 * 90_000_000 ? 90_000_000 : -7_200_000
                stepClock(by: dice.pick([-7_200_000, -200_000, 200_000, Int64(ahead)]))
            }
            if workers.isEmpty {
                plan(at: agenda.now + dice.milliseconds(1...2000)) { try $0.startWorkerIfNone() }
            }
        }
        processes.removeAll { process in
            let isGone =
                !process.isAlive && process.executor.isIdle && workers[ObjectIdentifier(process)] == nil
                && process.hasReturned
            if isGone { live.giveBack(process.connection) }
            return isGone
        }
    }

    func startWorkerIfNone() throws {
        if workers.isEmpty { try startWorker() }
    }

    /// Starts one, unless a person has to decide about the database first.
    func startWorker() throws {
        if backup != nil, try !isAdmitted() { return }
        let clock = SimulatedClock(agenda: agenda, wall: self.clock)
        let process = WorkerProcess(clock: clock, ring: Keyring(secrets), connection: try live.borrow())
        let store = SQLiteStore(process.connection, mode: .blocking)
        let worker = Worker(
            configuration: configuration,
            store: SimulatedStore(
                store: store, process: process, customs: customs, notebook: notebook, faults: weather.storeFault),
            sender: SimulatedSender(network: network, process: process, customs: customs), commits: commits,
            clock: clock, seed: dice.next(), lookInterval: .seconds(60),
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
}
