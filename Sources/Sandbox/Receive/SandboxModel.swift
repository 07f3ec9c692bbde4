/// A model of the API without sockets, files or a clock: it takes a request and a time, and returns a reply.
///
/// It is deterministic: the same configuration, calls and times give the same replies, request ids and random faults.
///
/// A request passes these checks in this order: the gateway (size, rate of the source address, faults before the
/// effect), the API key, the rate of the key, the gateway answers of special ids, the version, the role, the credit,
/// the idempotency key, the idempotency cache, the journey, the body. Answers of the checks before the cache are never
/// cached. All later answers are cached, 2xx and 4xx alike.
public struct SandboxModel: Sendable {
    public var faults: SandboxFaults
    public var dialect: SandboxDialect
    /// The number of entrances that are left; nil means no limit. The last call may exceed it.
    public var credit: Int?

    var keys: APIKeys
    var journeyCatalogue: JourneyCatalogue
    var cache: IdempotencyCache
    var rate: ArrivalCounters
    var rejectionRules = RejectionRules()
    let version: VersionCheck
    let bodyBytesMax: Int
    private let recordsRequests: Bool
    private var ids: RequestIDs
    var random: SeededRandom
    private(set) var nextSequence: Int64 = 1

    public init(_ configuration: SandboxConfiguration) {
        faults = configuration.faults
        dialect = configuration.dialect
        credit = configuration.credit
        keys = APIKeys(accepted: configuration.apiKeys, readOnly: configuration.readOnlyKeys)
        journeyCatalogue = JourneyCatalogue(configuration.journeys)
        cache = IdempotencyCache(entriesMax: configuration.cacheEntriesMax)
        rate = ArrivalCounters(configuration.rate)
        version = VersionCheck(supported: configuration.versions, isRequired: configuration.requiresVersion)
        bodyBytesMax = configuration.bodyBytesMax
        recordsRequests = configuration.requestLog
        ids = RequestIDs(seed: configuration.seed)
        random = SeededRandom(seed: configuration.seed ^ 0xD1CE)
    }

    /// Processes a request from its arrival to its reply at one time. The caller waits for `delayMilliseconds` of the
    /// reply.
    public mutating func receive(_ request: SandboxRequest, at nowMilliseconds: Int64) -> SandboxReply {
        switch begin(request, at: nowMilliseconds) {
        case .answered(let reply): reply
        case .running(let run): finish(run, at: nowMilliseconds)
        }
    }

    /// Checks a request. It is answered at once, or it is in progress until `finish`.
    public mutating func begin(_ request: SandboxRequest, at nowMilliseconds: Int64) -> SandboxArrival {
        var run = SandboxRun(request, requestID: ids.next(at: nowMilliseconds))
        if let answer = answerInFront(&run, at: nowMilliseconds) {
            return .answered(reply(to: run, with: answer, hasRun: false, at: nowMilliseconds))
        }
        run.delayMilliseconds = faults.delayBeforeEffectMilliseconds
        return .running(run)
    }

    /// Executes a request that is in progress, and stores the answer for its idempotency key.
    public mutating func finish(_ run: SandboxRun, at nowMilliseconds: Int64) -> SandboxReply {
        var effects: [SandboxEffect] = []
        let answer = trigger(run, at: nowMilliseconds, effects: &effects)
        if let name = run.cacheName {
            cache.settle(name, with: answer)
        }
        return reply(to: run, with: answer, effects: effects, hasRun: true, at: nowMilliseconds)
    }

    /// Applies the faults to an answer, numbers the records, and builds the reply.
    private mutating func reply(
        to run: SandboxRun, with answer: SandboxAnswer, effects: [SandboxEffect] = [], hasRun: Bool, at now: Int64
    ) -> SandboxReply {
        var answer = answer
        let wire = faultAfterEffect(&answer, of: run, hasRun: hasRun)
        var records: [SandboxRecord] = []
        for var effect in effects {
            effect.sequence = takeSequence()
            records.append(.effect(effect))
        }
        if recordsRequests {
            let line = SandboxRequestRecord(sequence: takeSequence(), at: now, run: run, answer: answer, wire: wire)
            records.append(.request(line))
        }
        let headers = rateHeaders(for: run, answer: answer, at: now)
        return answer.reply(wire: wire, faults: faults(for: run), rateHeaders: headers, records: records)
    }

    private func rateHeaders(for run: SandboxRun, answer: SandboxAnswer, at now: Int64) -> [SandboxReply.Header] {
        guard (200..<300).contains(answer.status), let apiKey = run.apiKey else { return [] }
        return rate.headers(for: apiKey, at: now)
    }

    private mutating func takeSequence() -> Int64 {
        defer { nextSequence += 1 }
        return nextSequence
    }
}
