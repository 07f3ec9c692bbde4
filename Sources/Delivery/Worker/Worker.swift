import Synchronization

/// Delivers the intents of the outbox: it claims, freezes, sends, classifies and settles until it is told to stop.
///
/// A committed intent is never lost. Whatever happens to this process, an intent is in exactly one place of the database,
/// and a possibly executed request is sent again only with the same key and the same bytes.
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
    /// The random source of the probes' keys. The jitter has its own, from which only the loop draws.
    private let random: Mutex<SplitMix64>
    /// Whether a round was committed since the maintenance has asked last.
    private let hasWritten = Mutex(false)

    /// - Parameters:
    ///   - seed: the seed of the jitter.
    ///   - lookInterval: the longest time that the loop waits before its next turn.
    ///   - observe: is called with each event, in order, by the loop of the worker; the maintenance calls it from a task of
    ///     its own.
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

    /// Stops claiming, waits for the requests under way, settles them and lets `run` return.
    public func stop() {
        inbox.post(.stop)
    }

    /// Probes every pause at once, because another API key is at hand.
    public func keysChanged() {
        inbox.post(.keysChanged)
    }

    /// Takes over another configuration. Frozen batches keep their target.
    public func reconfigure(_ configuration: WorkerConfiguration) {
        retention.withLock { $0 = configuration.policy.retention }
        inbox.post(.reconfigured(configuration))
    }

    /// Runs until `stop()` is called, or until the drain is over.
    ///
    /// Throws `StoreError.fenced` when another worker has taken over, `StoreError.replaced` when the database file was
    /// replaced, `CancellationError`, and errors of the database engine. Frozen batches then wait for the next worker.
    ///
    /// - Parameter drain: when given, the function ends with the outcome of the drain instead of waiting for more intents.
    @discardableResult
    public func run(draining drain: Drain? = nil) async throws -> DrainOutcome {
        var scheduler = try await takeOver()
        let goal = try await retryWhileBusy { try await store.drainGoal(at: clock.now().wall) }
        let start = clock.now().monotonic
        // A discarding group, because a group that keeps the results of its tasks would grow with every request.
        return try await withThrowingDiscardingTaskGroup { tasks in
            defer { tasks.cancelAll() }
            tasks.addTask { try await self.watchCommits() }
            tasks.addTask { await self.maintain() }
            var deadline = start
            while true {
                try Task.checkCancellation()
                let events = await inbox.take(until: deadline, on: clock)
                // The due work is read before the answers: the database does not show their settlements yet.
                if !scheduler.isStopping { try await lookForDueWork(into: &scheduler, after: events) }
                try receive(events, into: &scheduler)
                let planned = clock.now()
                let result = try await commit(try scheduler.plan(at: planned), into: &scheduler, tasks: &tasks)
                for batch in result.begun { begin(batch, scheduler, into: &tasks) }
                report(&scheduler)
                // At the time of the plan, because only the plan has stored which requests are still under way.
                if scheduler.isStopped(at: planned) {
                    observe(.stopped)
                    return .stopped
                }
                if let drain, let end = try await outcome(of: drain, goal, since: start, scheduler) {
                    try await abandonRequests(&scheduler, tasks: &tasks)
                    return end
                }
                deadline = nextLook(scheduler, after: planned, drain, since: start)
                // Between two rounds producers have the write lock to themselves.
                if result.rest > .zero {
                    try await clock.sleep(untilMonotonic: clock.now().monotonic + result.rest)
                }
            }
        }
    }

    // MARK: The steps

    private func takeOver() async throws -> Scheduler {
        let state = try await retryWhileBusy { try await store.takeOver(at: clock.now().wall) }
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
        scheduler.receive(try await retryWhileBusy { try await store.dueWork(journeys: names, at: clock.now().wall) })
    }

    private func commit(
        _ plan: Plan, into scheduler: inout Scheduler, tasks: inout ThrowingDiscardingTaskGroup<any Error>
    ) async throws -> RoundResult {
        guard !plan.round.isEmpty else { return RoundResult() }
        let result = try await retryWhileBusy { try await store.commit(plan.round) }
        hasWritten.withLock { $0 = true }
        scheduler.receive(result, at: clock.now())
        sendExtraRequests(plan, in: &tasks)
        return result
    }

    /// Sends the requests without a batch, after the committed round has counted them for a worker that takes over.
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

    /// Repeats a call while another process holds the database, without a limit: until a round is committed, the answers in
    /// it are only in this process.
    private func retryWhileBusy<Value>(_ call: () async throws -> Value) async throws -> Value {
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

    /// Stores that the requests under way at the end of a drain got no answer, so that they do not count as crashes.
    private func abandonRequests(
        _ scheduler: inout Scheduler, tasks: inout ThrowingDiscardingTaskGroup<any Error>
    ) async throws {
        guard !scheduler.open.inFlight.isEmpty else { return }
        let now = clock.now()
        scheduler.stop(at: Moment(wall: now.wall, monotonic: now.monotonic - Scheduler.stopPatience))
        _ = try await commit(try scheduler.plan(at: now), into: &scheduler, tasks: &tasks)
    }

    /// Starts a request, unless it has become too old while another process held the database.
    private func begin(
        _ batch: Batch, _ scheduler: Scheduler, into tasks: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        let now = clock.now()
        guard !scheduler.isTooOld(batch, at: now) else {
            let reason = "another process held the database until the request was too old"
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
        // Counted from the plan, because a batch can become due while the round is committed.
        let look = min(scheduler.nextLook(after: planned), planned.monotonic + lookInterval)
        guard let drain else { return look }
        return min(look, start + drain.timeout)
    }

    // MARK: Draining

    /// The limits of a drain.
    public struct Drain: Sendable {
        /// The longest time that the drain takes.
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
        let remaining = try await retryWhileBusy {
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
