/// A request and what became of it.
///
/// As a line: `{"type":"request","seq","at","method","path","key","body_sha256","status","code","request_id",
/// "replayed","api_key_fingerprint","traceparent","users","wire"}`, where `at` is Unix milliseconds, `key` the idempotency key or
/// null, `status` null when the request was dropped before all effect and else what was or would have been sent,
/// `code` the problem's code or null, `request_id` that of the first answer when `replayed`, `api_key_fingerprint`
/// the first 12 digits of the SHA-256 of the bearer token (accepted or not) or null, `traceparent` that header or null, `users` the number of users in
/// a body that could be read, `wire` one of `answer`, `dropped_before_effect`, `dropped_after_effect`.
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

    init(sequence: Int64, at now: Int64, run: SandboxRun, answer: Answer, wire: SandboxWire) {
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
        JSONText.object([
            ("type", "\"request\""), ("seq", String(sequence)), ("at", String(atMilliseconds)),
            ("method", JSONText.string(method)), ("path", JSONText.string(path)),
            ("key", JSONText.string(orNull: idempotencyKey)), ("body_sha256", JSONText.string(bodySHA256)),
            ("status", status.map { String($0) } ?? "null"), ("code", JSONText.string(orNull: code)),
            ("request_id", JSONText.string(requestID)), ("replayed", String(isReplayed)),
            ("api_key_fingerprint", JSONText.string(orNull: apiKeyFingerprint)),
            ("traceparent", JSONText.string(orNull: traceparent)), ("users", String(users)),
            ("wire", JSONText.string(wire.rawValue)),
        ])
    }
}
