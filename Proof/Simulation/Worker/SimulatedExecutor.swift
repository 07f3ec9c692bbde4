import Synchronization

/// The task executor of one simulated process. It runs one job at each call of `step`.
///
/// Swift's runtime passes every continuation of the process's tasks to it. The simulation therefore draws their order,
/// and can freeze or end the process between any two of them.
final class SimulatedExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    var isIdle: Bool { jobs.withLock(\.isEmpty) }

    /// Runs one job, drawn from the first eight that are ready. Returns false when there is none.
    func step(_ random: inout PRNG) -> Bool {
        let job = jobs.withLock { jobs -> UnownedJob? in
            guard !jobs.isEmpty else { return nil }
            return jobs.remove(at: random.below(min(jobs.count, 8)))
        }
        guard let job else { return false }
        job.runSynchronously(on: asUnownedTaskExecutor())
        return true
    }
}
