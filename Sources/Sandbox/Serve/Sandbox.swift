import Synchronization

/// A running stand-in without its sockets: the model, its log and its clock behind one lock.
///
/// Safe from any task. A reply is handed out only once its records are in the log; when they cannot be written, the
/// call throws `SandboxLogFailure` and the reply must be taken as lost.
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

    /// The records a watcher may lag behind before it misses the oldest.
    public static let watchBufferMax = 100_000
    let clock: SandboxClock
    let bodyBytesMax: Int
    private let state: Mutex<State>

    /// Throws when the log file cannot be opened.
    public init(_ configuration: SandboxConfiguration, clock: SandboxClock = .system) throws(SandboxLogFailure) {
        let log = try SandboxLog(path: configuration.logFile, recordsMax: configuration.logRecordsMax)
        self.clock = clock
        bodyBytesMax = configuration.bodyBytesMax
        state = Mutex(State(model: SandboxModel(configuration), log: log))
    }

    public func begin(_ request: SandboxRequest) throws(SandboxLogFailure) -> SandboxArrival {
        try advance { model throws(SandboxLogFailure) in
            let beginning = model.begin(request, at: clock.now())
            guard case .answered(let reply) = beginning else { return (beginning, []) }
            return (beginning, reply.records)
        }
    }

    public func finish(_ run: SandboxRun) throws(SandboxLogFailure) -> SandboxReply {
        try advance { model throws(SandboxLogFailure) in
            let reply = model.finish(run, at: clock.now())
            return (reply, reply.records)
        }
    }

    /// Takes a request from arrival to reply, with the delay before the effect on the clock.
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

    /// Every record from now on, each once it is in the log; for tests that await an event.
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

    /// The records still in memory from a sequence number on.
    public func records(from sequence: Int64 = 1) -> [SandboxRecord] {
        state.withLock { Array($0.log.records(from: sequence)) }
    }

    /// The effects still in memory.
    public func effects() -> [SandboxEffect] {
        records().compactMap { if case .effect(let effect) = $0 { effect } else { nil } }
    }

    /// The requests still in memory.
    public func requests() -> [SandboxRequestRecord] {
        records().compactMap { if case .request(let request) = $0 { request } else { nil } }
    }

    /// Changes the model between requests.
    public func change(_ body: (inout SandboxModel) -> Void) {
        state.withLock { body(&$0.model) }
    }

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

/// What `GET /sandbox/state` shows.
public struct SandboxState: Sendable, Equatable, Codable {
    public var requests: Int
    public var effects: Int
    /// The sequence number the next record will have.
    public var nextSequence: Int64
    public var journeys: [SandboxJourney]
    /// Fingerprints of the accepted keys.
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
