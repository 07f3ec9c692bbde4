/// One line of the append-only log.
///
/// `sequence` is 1 for the first record and rises by one. The effects of a request come before its own record, and they
/// are in the file before its answer is sent. A request that was answered from the cache has no effects.
public enum SandboxRecord: Sendable, Equatable {
    case request(SandboxRequestRecord)
    case effect(SandboxEffect)

    public var sequence: Int64 {
        switch self {
        case .request(let record): record.sequence
        case .effect(let effect): effect.sequence
        }
    }

    /// The record as one JSON object, without the line feed that follows it in the file.
    public var line: String {
        switch self {
        case .request(let record): record.json
        case .effect(let effect): effect.json
        }
    }
}

/// One request and its answer.
///
/// The line is `{"type":"request","seq","at","method","path","key","body_sha256","status","code","request_id",
/// "replayed","api_key_fingerprint","traceparent","users","wire"}`, where `at` is Unix milliseconds, `key` the
/// idempotency key or null, `status` null when the request was dropped before all effect and else what was or would
/// have been sent, `code` the problem's code or null, `request_id` that of the first answer when `replayed`,
/// `api_key_fingerprint` the first 12 digits of the SHA-256 of the bearer token (accepted or not) or null,
/// `traceparent` that header or null, `users` the number of users in a body that could be read, `wire` one of `answer`,
/// `dropped_before_effect`, `dropped_after_effect`.
public struct SandboxRequestRecord: Sendable, Equatable {
    public var sequence: Int64
    public var atMilliseconds: Int64
    public var method: String
    public var path: String
    public var idempotencyKey: String?
    public var bodySHA256: String
    public var status: Int?
    public var code: String?
    public var requestID: String
    public var isReplayed: Bool
    public var apiKeyFingerprint: String?
    public var traceparent: String?
    public var users: Int
    public var wire: SandboxWire

    init(sequence: Int64, at now: Int64, run: SandboxRun, answer: SandboxAnswer, wire: SandboxWire) {
        self.sequence = sequence
        atMilliseconds = now
        method = run.request.method
        path = run.request.path
        idempotencyKey = run.idempotencyKey
        bodySHA256 = run.bodyDigest
        status = answer.isLost ? nil : answer.status
        code = answer.code
        requestID = answer.requestID
        isReplayed = answer.isReplayed
        apiKeyFingerprint = run.request.headers["authorization"].flatMap(APIKeys.bearer).map(Digest.fingerprint)
        traceparent = run.request.headers["traceparent"]
        users = run.entries.count
        self.wire = wire
    }

    var json: String {
        JSONWriter.object([
            ("type", "\"request\""), ("seq", String(sequence)), ("at", String(atMilliseconds)),
            ("method", JSONWriter.string(method)), ("path", JSONWriter.string(path)),
            ("key", JSONWriter.string(orNull: idempotencyKey)), ("body_sha256", JSONWriter.string(bodySHA256)),
            ("status", status.map { String($0) } ?? "null"), ("code", JSONWriter.string(orNull: code)),
            ("request_id", JSONWriter.string(requestID)), ("replayed", String(isReplayed)),
            ("api_key_fingerprint", JSONWriter.string(orNull: apiKeyFingerprint)),
            ("traceparent", JSONWriter.string(orNull: traceparent)), ("users", String(users)),
            ("wire", JSONWriter.string(wire.rawValue)),
        ])
    }
}

/// One entrance of one user into one journey.
///
/// The line is `{"type":"effect","seq","at","request_id","journey","entrance_id","external_id","anonymous_id",
/// "email","data","entry_sha256"}`, where `at` is Unix milliseconds, `entrance_id` is null in the users shape, the
/// three identifiers are decoded strings or null, `data` is a string holding the JSON text of the entry's `data`
/// (entrance shape: of the call's `event`) byte for byte as received, or null, and `entry_sha256` is the SHA-256 of
/// the bytes of the entry in the `users` array (entrance shape: of the `user` object) without space around them.
public struct SandboxEffect: Sendable, Equatable {
    public var sequence: Int64 = 0
    public var atMilliseconds: Int64
    public var requestID: String
    public var journey: Int
    public var entranceID: Int?
    public var externalID: String?
    public var anonymousID: String?
    public var email: String?
    public var data: String?
    public var entrySHA256: String

    init(_ entry: TriggerEntry, journey: Int, entranceID: Int?, run: SandboxRun, at now: Int64) {
        atMilliseconds = now
        requestID = run.requestID
        self.journey = journey
        self.entranceID = entranceID
        externalID = entry.externalID
        anonymousID = entry.anonymousID
        email = entry.email
        data = entry.data
        entrySHA256 = Digest.sha256(entry.span.raw)
    }

    var json: String {
        JSONWriter.object([
            ("type", "\"effect\""), ("seq", String(sequence)), ("at", String(atMilliseconds)),
            ("request_id", JSONWriter.string(requestID)), ("journey", String(journey)),
            ("entrance_id", entranceID.map { String($0) } ?? "null"),
            ("external_id", JSONWriter.string(orNull: externalID)),
            ("anonymous_id", JSONWriter.string(orNull: anonymousID)), ("email", JSONWriter.string(orNull: email)),
            ("data", JSONWriter.string(orNull: data)), ("entry_sha256", JSONWriter.string(entrySHA256)),
        ])
    }
}
