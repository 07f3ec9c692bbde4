import Synchronization

/// A running sandbox without sockets: the model, its log and its clock behind one lock.
///
/// It is safe to use from any task. A reply is returned only after its records are in the log. When they cannot be
/// written, the call throws `SandboxLogFailure`, and no reply must be sent.
public final class Sandbox: Sendable {
    private struct State {
        var model: SandboxModel
        var log: SandboxLog
        var requests = 0
        var effects = 0
        var watchers: [Int: AsyncStream<SandboxRecord>.Continuation] = [:]
        var watchersMade = 0

        mutating func note(_ records: [SandboxRecord]) {
            for record in records {
                if case .effect = record { effects += 1 } else { requests += 1 }
                for watcher in watchers.values {
                    watcher.yield(record)
                }
            }
        }
    }

    /// The most records that are buffered for a watcher. A slower watcher misses the oldest ones.
    public static let watchBufferMax = 100_000
    let clock: SandboxClock
    let bodyBytesMax: Int
    private let state: Mutex<State>

    /// - Throws: `SandboxLogFailure` when the log file cannot be opened.
    public init(_ configuration: SandboxConfiguration, clock: SandboxClock = .system) throws(SandboxLogFailure) {
        let log = try SandboxLog(path: configuration.logFile, recordsMax: configuration.logRecordsMax)
        self.clock = clock
        bodyBytesMax = configuration.bodyBytesMax
        state = Mutex(State(model: SandboxModel(configuration), log: log))
    }

    /// Checks a request at its arrival; see `SandboxModel.begin`.
    public func begin(_ request: SandboxRequest) throws(SandboxLogFailure) -> SandboxArrival {
        try advance { model throws(SandboxLogFailure) in
            let beginning = model.begin(request, at: clock.now())
            guard case .answered(let reply) = beginning else { return (beginning, []) }
            return (beginning, reply.records)
        }
    }

    /// Executes a request that is in progress; see `SandboxModel.finish`.
    public func finish(_ run: SandboxRun) throws(SandboxLogFailure) -> SandboxReply {
        try advance { model throws(SandboxLogFailure) in
            let reply = model.finish(run, at: clock.now())
            return (reply, reply.records)
        }
    }

    /// Processes a request from its arrival to its reply. It waits for the delay before the effect on the clock.
    public func receive(_ request: SandboxRequest) async throws(SandboxLogFailure) -> SandboxReply {
        switch try begin(request) {
        case .answered(let reply):
            return reply
        case .running(let run):
            if run.delayMilliseconds > 0 {
                await clock.pause(run.delayMilliseconds)
            }
            return try finish(run)
        }
    }

    /// All records from now on, each after it is in the log.
    public func watch() -> AsyncStream<SandboxRecord> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: SandboxRecord.self, bufferingPolicy: .bufferingNewest(Sandbox.watchBufferMax))
        let id = state.withLock { state in
            state.watchersMade += 1
            state.watchers[state.watchersMade] = continuation
            return state.watchersMade
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.watchers[id] = nil }
        }
        return stream
    }

    /// The records in memory from a sequence number on.
    public func records(from sequence: Int64 = 1) -> [SandboxRecord] {
        state.withLock { Array($0.log.records(from: sequence)) }
    }

    /// The effects in memory.
    public func effects() -> [SandboxEffect] {
        records().compactMap { if case .effect(let effect) = $0 { effect } else { nil } }
    }

    /// The requests in memory.
    public func requests() -> [SandboxRequestRecord] {
        records().compactMap { if case .request(let request) = $0 { request } else { nil } }
    }

    /// Changes the model between requests.
    public func change(_ body: (inout SandboxModel) -> Void) {
        state.withLock { body(&$0.model) }
    }

    /// The current state, as `GET /sandbox/state` shows it.
    public func snapshot() -> SandboxState {
        state.withLock { state in
            SandboxState(
                requests: state.requests, effects: state.effects, nextSequence: state.model.nextSequence,
                journeys: state.model.journeys, apiKeys: state.model.apiKeyFingerprints, credit: state.model.credit,
                idempotencyKeys: state.model.cache.count, dialect: state.model.dialect, faults: state.model.faults)
        }
    }

    private func advance<Value>(
        _ step: (inout SandboxModel) throws(SandboxLogFailure) -> (Value, [SandboxRecord])
    ) throws(SandboxLogFailure) -> Value {
        try state.withLock { state throws(SandboxLogFailure) in
            let (value, records) = try step(&state.model)
            try state.log.append(records)
            state.note(records)
            return value
        }
    }
}

/// The state of the sandbox, as `GET /sandbox/state` shows it.
public struct SandboxState: Sendable, Equatable, Codable {
    public var requests: Int
    public var effects: Int
    /// The sequence number of the next record.
    public var nextSequence: Int64
    public var journeys: [SandboxJourney]
    /// The fingerprints of the accepted API keys.
    public var apiKeys: [String]
    public var credit: Int?
    public var idempotencyKeys: Int
    public var dialect: SandboxDialect
    public var faults: SandboxFaults

    enum CodingKeys: String, CodingKey {
        case requests, effects, journeys, credit, dialect, faults
        case nextSequence = "next_seq"
        case apiKeys = "api_keys"
        case idempotencyKeys = "idempotency_keys"
    }
}
