import Synchronization

/// Runs the jobs of one simulated process, one after the other, when it is told to.
///
/// Swift's runtime hands every continuation of the process's tasks to it, so that their order is the simulation's to
/// draw, and a process can be frozen or ended between any two of them.
final class SimulatedExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    var isIdle: Bool { jobs.withLock(\.isEmpty) }

    /// Runs one job, drawn from those that are ready; false when there is none.
    func step(_ random: inout Dice) -> Bool {
        let job = jobs.withLock { jobs -> UnownedJob? in
            guard !jobs.isEmpty else { return nil }
            return jobs.remove(at: random.below(min(jobs.count, 8)))
        }
        guard let job else { return false }
        job.runSynchronously(on: asUnownedTaskExecutor())
        return true
    }
}
