import Synchronization

/// Drains the outbox: claims, freezes, sends, classifies and settles until it is told to stop.
///
/// An intent committed is never lost: whatever happens to this process, an intent is in exactly one place of the
/// database, and a request that may have run is sent again only under the same key and with the same bytes.
public final class Worker<Clock: WorkerClock>: Sendable {
    private let store: any OutboxStore
    private let sender: any BatchSender
    private let commits: any CommitSource
    private let clock: Clock
    private let observe: @Sendable (WorkerEvent) -> Void
    private let inbox = Inbox()
    private let initial: WorkerConfiguration
    private let seed: UInt64
    private let lookInterval: Duration
    private let retention: Mutex<Duration>
    /// Of the probes' keys; apart from the jitter's, which the loop alone draws from.
    private let random: Mutex<SplitMix64>
    /// Set by each round that was committed, for whoever looks after the log.
    private let hasWritten = Mutex(false)

    /// - Parameters:
    ///   - seed: of the jitter.
    ///   - lookInterval: how long the loop waits at most before it goes round again.
    ///   - observe: called with everything that happens, in order, from the worker's own loop; what maintenance finds
    ///     comes from beside it.
    public init(
        configuration: WorkerConfiguration, store: any OutboxStore, sender: any BatchSender,
        commits: any CommitSource, clock: Clock,
        seed: UInt64 = .random(in: .min ... .max), lookInterval: Duration = .seconds(60),
        observe: @escaping @Sendable (WorkerEvent) -> Void
    ) {
        initial = configuration
        self.store = store
        self.sender = sender
        self.commits = commits
        self.clock = clock
        self.seed = seed
        random = Mutex(SplitMix64(seed: ~seed))
        retention = Mutex(configuration.policy.retention)
        self.lookInterval = lookInterval
        self.observe = observe
    }

    /// Stops claiming, waits for what is in flight, settles it and returns from `run`.
    public func stop() {
        inbox.post(.stop)
    }

    /// Tries closed doors at once, because another API key is at hand.
    public func keysChanged() {
        inbox.post(.keysChanged)
    }

    /// Goes on under another configuration; what is frozen keeps its own target.
    public func reconfigure(_ configuration: WorkerConfiguration) {
        retention.withLock { $0 = configuration.policy.retention }
        inbox.post(.reconfigured(configuration))
    }

    /// Works until `stop()`, or until the drain is over.
    ///
    /// Throws `StoreError.fenced` when another worker has taken over, and whatever the database cannot recover from;
    /// frozen batches then wait for the next worker.
    /// - Parameter drain: when given, ends with its outcome instead of waiting for more.
    @discardableResult
    public func run(draining drain: Drain? = nil) async throws -> DrainOutcome {
        var scheduler = try await takeOver()
        let goal = try await patiently { try await store.drainGoal(at: clock.now().wall) }
        let start = clock.now().monotonic
        // Discarding, since a group that keeps its children's results would grow with every request.
        return try await withThrowingDiscardingTaskGroup { tasks in
            defer { tasks.cancelAll() }
            tasks.addTask { try await self.watchCommits() }
            tasks.addTask { await self.maintain() }
            var deadline = start
            while true {
                try Task.checkCancellation()
                let events = await inbox.take(until: deadline, on: clock)
                // What is stored comes first, then the answers: the database does not show what is not committed yet.
                if !scheduler.isStopping { try await lookForDueWork(into: &scheduler, after: events) }
                try receive(events, into: &scheduler)
                let planned = clock.now()
                let result = try await commit(try scheduler.plan(at: planned), into: &scheduler, tasks: &tasks)
                for batch in result.begun { dispatch(batch, scheduler, into: &tasks) }
                report(&scheduler)
                // By the time of the plan: only that has written down what is still under way.
                if scheduler.isStopped(at: planned) {
                    observe(.stopped)
                    return .stopped
                }
                if let drain, let end = try await outcome(of: drain, goal, since: start, scheduler) {
                    try await leave(&scheduler, tasks: &tasks)
                    return end
                }
                deadline = nextLook(scheduler, after: planned, drain, since: start)
                // Producers get their turn at the write lock between two rounds.
                if result.rest > .zero {
                    try await clock.sleep(untilMonotonic: clock.now().monotonic + result.rest)
                }
            }
        }
    }

    // MARK: The steps

    private func takeOver() async throws -> Scheduler {
        let state = try await patiently { try await store.takeOver(at: clock.now().wall) }
        var scheduler = Scheduler(
            initial, recovering: state, random: SplitMix64(seed: seed), at: clock.now())
        scheduler.know(fingerprints: sender.apiKeyFingerprints)
        return scheduler
    }

    private func receive(_ events: [Inbox.Event], into scheduler: inout Scheduler) throws {
        let now = clock.now()
        scheduler.know(fingerprints: sender.apiKeyFingerprints)
        for event in events {
            switch event {
            case .answered(let batch, let answer, let begunAt):
                try scheduler.receive(answer, to: batch, begunAt: begunAt, at: now)
            case .committed: continue
            case .journeyRead(let name, let report): scheduler.receive(report, ofJourney: name, at: now)
            case .statusLookedUp(let target, let report): try scheduler.receive(report, at: target, at: now)
            case .timeRead(let report): scheduler.receive(time: report, at: now)
            case .enforcementProbed(let evidence, let answers): scheduler.receive(evidence, from: answers, at: now)
            case .reconfigured(let configuration): scheduler.reconfigure(configuration, at: now)
            case .keysChanged: scheduler.keysChanged(at: now)
            case .stop:
                scheduler.stop(at: now)
                scheduler.events.append(.stopping(inFlight: scheduler.open.inFlight.count))
            case .failed(let error): throw error
            }
        }
    }

    private func lookForDueWork(into scheduler: inout Scheduler, after events: [Inbox.Event]) async throws {
        let hasCommit = events.contains { if case .committed = $0 { true } else { false } }
        guard hasCommit || scheduler.needsDueWork else { return }
        let names = scheduler.configuration.journeys.map(\.name)
        scheduler.receive(try await patiently { try await store.dueWork(journeys: names, at: clock.now().wall) })
    }

    private func commit(
        _ plan: Plan, into scheduler: inout Scheduler, tasks: inout ThrowingDiscardingTaskGroup<any Error>
    ) async throws -> RoundResult {
        guard !plan.round.isEmpty else { return RoundResult() }
        let result = try await patiently { try await store.commit(plan.round) }
        hasWritten.withLock { $0 = true }
        scheduler.receive(result, at: clock.now())
        sendExtraRequests(plan, in: &tasks)
        return result
    }

    /// Sends the requests beside the batches' own, once they are counted for a successor.
    private func sendExtraRequests(_ plan: Plan, in tasks: inout ThrowingDiscardingTaskGroup<any Error>) {
        for read in plan.journeyProbes {
            tasks.addTask { self.inbox.post(.journeyRead(read.journey, await self.sender.read(journey: read.target))) }
        }
        for target in plan.statusLookups {
            tasks.addTask { self.inbox.post(.statusLookedUp(target, await self.sender.read(journey: target))) }
        }
        if let target = plan.enforcementProbe { tasks.addTask { await self.probeEnforcement(target) } }
        if let target = plan.clockProbe {
            tasks.addTask { self.inbox.post(.timeRead(await self.sender.read(journey: target))) }
        }
    }

    /// Tries until the database is free, however long others hold it: a round that is not committed yet is the only
    /// memory of the answers in it.
    private func patiently<Value>(_ call: () async throws -> Value) async throws -> Value {
        var times = 0
        while true {
            do {
                return try await call()
            } catch StoreError.busy {
                times += 1
                observe(.storeBusy(times: times))
                try await clock.sleep(untilMonotonic: clock.now().monotonic + .milliseconds(min(50 * times, 1000)))
            }
        }
    }

    /// Writes down what a drain has not waited for: silence is no crash.
    private func leave(
        _ scheduler: inout Scheduler, tasks: inout ThrowingDiscardingTaskGroup<any Error>
    ) async throws {
        guard !scheduler.open.inFlight.isEmpty else { return }
        let now = clock.now()
        scheduler.stop(at: Moment(wall: now.wall, monotonic: now.monotonic - Scheduler.stopPatience))
        _ = try await commit(try scheduler.plan(at: now), into: &scheduler, tasks: &tasks)
    }

    /// Lets a request leave, unless it has become too old while others held the database.
    private func dispatch(
        _ batch: Batch, _ scheduler: Scheduler, into tasks: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        let now = clock.now()
        guard !scheduler.isTooOld(batch, at: now) else {
            let reason = "the database was held by others until the request was too old"
            return inbox.post(.answered(batch, .notSent(reason: reason), begunAt: now))
        }
        tasks.addTask { await self.send(batch) }
    }

    private func send(_ batch: Batch) async {
        let begunAt = clock.now()
        let answer = await sender.send(batch)
        inbox.post(.answered(batch, answer, begunAt: begunAt))
    }

    private func probeEnforcement(_ target: Target) async {
        let (high, low) = random.withLock { (UInt64.random(in: .min ... .max, using: &$0), $0.next()) }
        let key = "jo1-probe-\(high)-\(low)"
        let (evidence, answers) = await EnforcementProbe(sender: sender).run(target: target, key: key)
        inbox.post(.enforcementProbed(evidence, answers))
    }

    private func watchCommits() async throws {
        do {
            try await commits.watch { self.inbox.post(.committed) }
        } catch is CancellationError {
            return
        } catch {
            inbox.post(.failed(error))
        }
    }

    private func maintain() async {
        var maintenance = Maintenance(
            store: store, clock: clock,
            retention: { self.retention.withLock { $0 } },
            hasWritten: {
                self.hasWritten.withLock { hasWritten in
                    defer { hasWritten = false }
                    return hasWritten
                }
            }, observe: observe)
        do {
            try await maintenance.run()
        } catch is CancellationError {
            return
        } catch {
            inbox.post(.failed(error))
        }
    }

    private func report(_ scheduler: inout Scheduler) {
        for event in scheduler.takeEvents() { observe(event) }
        observe(.looked)
    }

    private func nextLook(
        _ scheduler: Scheduler, after planned: Moment, _ drain: Drain?, since start: Duration
    ) -> Duration {
        // Counted from the plan: what became due while its round was committed is due now, not never.
        let look = min(scheduler.nextLook(after: planned), planned.monotonic + lookInterval)
        guard let drain else { return look }
        return min(look, start + drain.timeout)
    }

    // MARK: Draining

    /// What a drain waits for, at most.
    public struct Drain: Sendable {
        public var timeout: Duration

        public init(timeout: Duration) {
            self.timeout = timeout
        }
    }

    private func outcome(
        of drain: Drain, _ goal: DrainGoal, since start: Duration, _ scheduler: Scheduler
    ) async throws -> DrainOutcome? {
        let now = clock.now()
        let isLate = now.monotonic - start >= drain.timeout
        guard isLate || scheduler.open.inFlight.isEmpty else { return nil }
        let names = scheduler.configuration.journeys.map(\.name)
        let remaining = try await patiently {
            try await store.remaining(of: goal, journeys: names, at: now.wall)
        }
        if remaining.open == 0 {
            let left = remaining.inDoubt + remaining.unknownJourney + remaining.heldBack
            return left == 0 ? .drained : .blocked(remaining)
        }
        if isLate { return .timedOut(remaining) }
        let isBlocked =
            scheduler.pauses.isPausedBesidesRate(.everything)
            || remaining.openByJourney.keys.allSatisfy { scheduler.pauses.isPausedBesidesRate(.journey($0)) }
        return isBlocked ? .blocked(remaining) : nil
    }
}
