/// What a database needs now and then, beside the way of the rows: old records removed, the log used again.
///
/// Everything is done in small steps with pauses for others; where somebody holds the database it is tried again later.
struct Maintenance<Clock: WorkerClock>: Sendable {
    /// How often to look whether the log has grown, while the worker writes.
    static var lookInterval: Duration { .seconds(1) }
    /// How often to ask whether the worker has begun to write again.
    static var idleInterval: Duration { .seconds(30) }
    /// A checkpoint after so long in any case, and so long between two rounds of pruning.
    static var roundInterval: Duration { .seconds(60) }
    /// A checkpoint once the worker has written so many pages, 16 MiB of the usual size.
    static var pagesMax: Int { 4096 }
    /// Steps of pruning between two looks at the log.
    static var stepsMax: Int { 50 }
    /// What producers have for themselves between two steps.
    static var pause: Duration { .milliseconds(20) }

    let store: any OutboxStore
    let clock: Clock
    /// How long records of what has ended are kept; asked each time, since a reload may change it.
    let retention: @Sendable () -> Duration
    /// Whether the worker has written since this was asked last: an idle one need not look at its log.
    let hasWritten: @Sendable () -> Bool
    let observe: @Sendable (WorkerEvent) -> Void
    var log = LogWatch()
    /// What the database says of a pinned log; whoever takes over begins with nothing.
    var storedPin: WallTime?

    /// Goes on until it is cancelled, or until the database fails for another reason than being busy.
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
            let interval = isWriting ? Self.lookInterval : Self.idleInterval
            try await clock.sleep(untilMonotonic: min(clock.now().monotonic + interval, nextPruning))
        }
    }

    /// A bounded number of steps; true when there may be more to remove.
    private func prune() async throws -> Bool {
        for _ in 0..<Self.stepsMax {
            do {
                guard try await store.prune(before: clock.now().wall - retention()) else { return false }
            } catch StoreError.busy {
                // Somebody else has waited for longer.
            }
            try await clock.sleep(untilMonotonic: clock.now().monotonic + Self.pause)
        }
        return true
    }

    /// Whether a checkpoint was made, or is none of this journal mode.
    mutating func checkpoint(afterPages pages: Int) async throws -> Bool {
        do {
            guard let found = try await store.checkpoint(afterPages: pages) else { return pages == 0 }
            let now = clock.now()
            if log.isPinned(found, at: now.monotonic) { observe(.logPinned(found)) }
            let since = log.pinnedSince.map { now.wall - (now.monotonic - $0) }
            // Only changes are stored: an idle database stays as it is.
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
