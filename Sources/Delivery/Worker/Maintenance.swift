/// The regular maintenance of the database: it removes old records and makes checkpoints.
///
/// It works in small steps, and leaves the write lock to other connections between them. When another process holds the
/// database, a step is repeated later.
struct Maintenance<Clock: WorkerClock>: Sendable {
    /// How often the log is checked while the worker writes.
    static var checkInterval: Duration { .seconds(1) }
    /// How often it is checked whether the worker has begun to write again.
    static var idleInterval: Duration { .seconds(30) }
    /// The longest time between two checkpoints, and the time between two rounds of pruning.
    static var roundInterval: Duration { .seconds(60) }
    /// A checkpoint is made once the worker has written so many pages: 16 MiB with pages of 4 KiB.
    static var pagesMax: Int { 4096 }
    /// The largest number of pruning steps between two checks of the log.
    static var stepsMax: Int { 50 }
    /// How long producers have the write lock to themselves between two steps.
    static var pause: Duration { .milliseconds(20) }

    let store: any OutboxStore
    let clock: Clock
    /// Returns how long records of ended intents are kept; it is called each time, because a reload may change it.
    let retention: @Sendable () -> Duration
    /// Returns whether the worker has written since the last call: the log of an idle worker need not be checked.
    let hasWritten: @Sendable () -> Bool
    let observe: @Sendable (WorkerEvent) -> Void
    var log = LogWatch()
    /// The stored time since when a reader pins the log; a takeover removes it from the database.
    var storedPin: WallTime?

    /// Runs until the task is cancelled.
    ///
    /// Throws `CancellationError`, and any error of the store other than `StoreError.busy`.
    mutating func run() async throws {
        let start = clock.now().monotonic
        var (nextPruning, nextCheckpoint) = (start, start)
        while true {
            if clock.now().monotonic >= nextPruning {
                let isMoreLeft = try await prune()
                nextPruning = clock.now().monotonic + (isMoreLeft ? .zero : Self.roundInterval)
            }
            let isDue = clock.now().monotonic >= nextCheckpoint
            let isWriting = hasWritten()
            if isWriting || isDue, try await checkpoint(afterPages: isDue ? 0 : Self.pagesMax) {
                nextCheckpoint = clock.now().monotonic + Self.roundInterval
            }
            let interval = isWriting ? Self.checkInterval : Self.idleInterval
            try await clock.sleep(untilMonotonic: min(clock.now().monotonic + interval, nextPruning))
        }
    }

    /// Makes a bounded number of steps; returns whether there may be more to remove.
    private func prune() async throws -> Bool {
        for _ in 0..<Self.stepsMax {
            do {
                guard try await store.prune(before: clock.now().wall - retention()) else { return false }
            } catch StoreError.busy {
                // The next step follows after the pause in any case.
            }
            try await clock.sleep(untilMonotonic: clock.now().monotonic + Self.pause)
        }
        return true
    }

    /// Returns whether a checkpoint was made, or whether the journal mode has none.
    mutating func checkpoint(afterPages pages: Int) async throws -> Bool {
        do {
            guard let found = try await store.checkpoint(afterPages: pages) else { return pages == 0 }
            let now = clock.now()
            if log.shouldReport(found, at: now.monotonic) { observe(.logPinned(found)) }
            let since = log.pinnedSince.map { now.wall - (now.monotonic - $0) }
            // Only changes are stored, so that an idle worker does not write.
            if (since == nil) != (storedPin == nil) {
                try await store.store(pinnedSince: since)
                storedPin = since
            }
            return true
        } catch StoreError.busy {
            return false
        }
    }
}
