import Delivery
import SQLiteStore

/// Starting, running and ending of the worker processes.
extension Simulator {
    /// Runs one job of one process. Returns false when no process has a job that can run.
    func stepProcesses() throws -> Bool {
        let now = eventQueue.now
        let ready = processes.filter { !$0.executor.isIdle && !$0.isFrozen(at: now) }
        guard !ready.isEmpty else { return false }
        let process = ready[random.below(ready.count)]
        if areFaultsActive, process.isAlive, random.chance(scenario.crashRate) {
            process.crash()
            try removeEndedProcesses()
        }
        return process.executor.step(&random)
    }

    /// Removes the processes that have ended, and plans the start of a successor.
    func removeEndedProcesses() throws {
        for process in processes where !process.isAlive {
            guard workers.removeValue(forKey: ObjectIdentifier(process)) != nil else { continue }
            if case .crashed = process.ending {
                crashes += 1
                tasks[ObjectIdentifier(process)]?.cancel()
            }
            // A machine has one clock, and this disruption steps it only while no process runs.
            if areFaultsActive, scenario.disruptions.clockSteps, workers.isEmpty, random.chance(0.3) {
                // The offset stays well below the retention. Otherwise, records would correctly be pruned before they
                // are checked.
                let ahead = clock.ahead < 2 * 90_000_000 ? 90_000_000 : -7_200_000
                stepClock(by: random.pick([-7_200_000, -200_000, 200_000, Int64(ahead)]))
            }
            if workers.isEmpty {
                plan(at: eventQueue.now + random.milliseconds(1...2000)) { try $0.startWorkerIfNone() }
            }
        }
        processes.removeAll { process in
            let isGone =
                !process.isAlive && process.executor.isIdle && workers[ObjectIdentifier(process)] == nil
                && process.hasReturned
            if isGone { database.giveBack(process.connection) }
            return isGone
        }
    }

    func startWorkerIfNone() throws {
        if workers.isEmpty { try startWorker() }
    }

    /// Starts a worker, unless the operator has to decide about the database first.
    func startWorker() throws {
        if backup != nil, try !isDatabaseAccepted() { return }
        let clock = SimulatedClock(eventQueue: eventQueue, wall: self.clock)
        let process = WorkerProcess(clock: clock, keys: APIKeyList(secrets), connection: try database.borrow())
        let store = SQLiteStore(process.connection, mode: .blocking)
        let worker = Worker(
            configuration: configuration,
            store: SimulatedStore(
                store: store, process: process, requestChecker: requestChecker, stateDirectory: stateDirectory,
                faults: faultInjector.storeFault),
            sender: SimulatedSender(
                network: network, documents: documents, process: process, requestChecker: requestChecker),
            commits: commits,
            clock: clock, seed: random.next(), lookInterval: .seconds(documents == nil ? 60 : 300),
            observe: { [eventTrace] event in
                guard process.isAlive else { return }
                if case .looked = event { return }
                eventTrace.append(event)
            })
        let id = ObjectIdentifier(process)
        processes.append(process)
        workers[id] = worker
        tasks[id] = Task(executorPreference: process.executor) {
            do {
                _ = try await worker.run()
                process.exit("stopped")
            } catch {
                process.exit("\(error)")
            }
            process.markReturned()
        }
    }
}
