/// One user who entered one journey.
///
/// As a line: `{"type":"effect","seq","at","request_id","journey","entrance_id","external_id","anonymous_id",
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
        JSONText.object([
            ("type", "\"effect\""), ("seq", String(sequence)), ("at", String(atMilliseconds)),
            ("request_id", JSONText.string(requestID)), ("journey", String(journey)),
            ("entrance_id", entranceID.map { String($0) } ?? "null"),
            ("external_id", JSONText.string(orNull: externalID)),
            ("anonymous_id", JSONText.string(orNull: anonymousID)), ("email", JSONText.string(orNull: email)),
            ("data", JSONText.string(orNull: data)), ("entry_sha256", JSONText.string(entrySHA256)),
        ])
    }
}
