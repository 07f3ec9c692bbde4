/// The faults that the sandbox injects. They can be changed while it runs.
///
/// In JSON the names are in snake case, and each may be left out; an unknown name is refused. Faults apply to trigger
/// calls, and to probes when `reachesProbes` is true. Before the effect, they apply to every request, in the order
/// drop, error, redirect, say. After the effect, they apply only to answers of the journey or of the cache, in the
/// order drop, error. A fault after the effect does not change the answer in the idempotency cache.
public struct SandboxFaults: Sendable, Equatable, Codable {
    /// The connection is closed, and the request has no effect.
    public var dropBeforeEffect = SandboxDose()
    /// The connection is closed after the effect.
    public var dropAfterEffect = SandboxDose()
    /// The answer is `errorStatus`, and the request has no effect.
    public var errorBeforeEffect = SandboxDose()
    /// The answer is `errorStatus` although the request had its effect.
    public var errorAfterEffect = SandboxDose()
    /// The status of injected errors. 500 and 503 are problem documents unless `errorIsHTML`; others are HTML.
    public var errorStatus = 503
    public var errorIsHTML = false
    /// The answer is `redirectStatus` with `redirectLocation`, and the request has no effect.
    public var redirect = SandboxDose()
    public var redirectStatus = 302
    public var redirectLocation = "http://127.0.0.1:9/moved"
    /// The delay before the effect of a trigger call, during which its idempotency key is in progress.
    public var delayBeforeEffectMilliseconds = 0
    /// The delay of the answer after the effect. It also applies to refusals and replays.
    public var delayAfterEffectMilliseconds = 0
    /// Idempotency keys are ignored, as in projects without enforcement: a repeated request is executed again.
    public var ignoresIdempotencyKeys = false
    /// Replayed answers have no `Idempotent-Replayed` header.
    public var stripsReplayHeader = false
    /// Answers have no `X-Request-Id`, as when a proxy removes it.
    public var omitsRequestID = false
    /// Problem documents contain a number as `code`, as in old API releases.
    public var numericCodes = false
    public var bodyForm = SandboxBodyForm.whole
    /// The value of `Retry-After` in every 429, 503 and `idempotency_in_progress`; nil sends the correct value.
    public var retryAfter: String?
    /// Faults apply to probes (GET requests), too.
    public var reachesProbes = false
    /// A scripted answer, which replaces every other answer before the effect.
    public var say = SandboxWord()
    /// The credit is checked behind the idempotency cache, so that the cache keeps the refusal.
    public var keepsQuotaRefusals = false

    public init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case redirect, say
        case dropBeforeEffect = "drop_before_effect"
        case dropAfterEffect = "drop_after_effect"
        case errorBeforeEffect = "error_before_effect"
        case errorAfterEffect = "error_after_effect"
        case errorStatus = "error_status"
        case errorIsHTML = "error_is_html"
        case redirectStatus = "redirect_status"
        case redirectLocation = "redirect_location"
        case delayBeforeEffectMilliseconds = "delay_before_effect_ms"
        case delayAfterEffectMilliseconds = "delay_after_effect_ms"
        case ignoresIdempotencyKeys = "ignores_idempotency_keys"
        case stripsReplayHeader = "strips_replay_header"
        case omitsRequestID = "omits_request_id"
        case numericCodes = "numeric_codes"
        case bodyForm = "body_form"
        case retryAfter = "retry_after"
        case reachesProbes = "reaches_probes"
        case keepsQuotaRefusals = "keeps_quota_refusals"
    }

    public init(from decoder: any Decoder) throws {
        try AnyName.refuseUnknown(in: decoder, beside: CodingKeys.allCases.map(\.rawValue))
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ key: CodingKeys, into value: inout Value) throws {
            value = try fields.decodeIfPresent(Value.self, forKey: key) ?? value
        }
        try read(.redirect, into: &redirect)
        try read(.dropBeforeEffect, into: &dropBeforeEffect)
        try read(.dropAfterEffect, into: &dropAfterEffect)
        try read(.errorBeforeEffect, into: &errorBeforeEffect)
        try read(.errorAfterEffect, into: &errorAfterEffect)
        try read(.errorStatus, into: &errorStatus)
        try read(.errorIsHTML, into: &errorIsHTML)
        try read(.redirectStatus, into: &redirectStatus)
        try read(.redirectLocation, into: &redirectLocation)
        try read(.delayBeforeEffectMilliseconds, into: &delayBeforeEffectMilliseconds)
        try read(.delayAfterEffectMilliseconds, into: &delayAfterEffectMilliseconds)
        try read(.ignoresIdempotencyKeys, into: &ignoresIdempotencyKeys)
        try read(.stripsReplayHeader, into: &stripsReplayHeader)
        try read(.omitsRequestID, into: &omitsRequestID)
        try read(.numericCodes, into: &numericCodes)
        try read(.bodyForm, into: &bodyForm)
        retryAfter = try fields.decodeIfPresent(String.self, forKey: .retryAfter)
        try read(.reachesProbes, into: &reachesProbes)
        try read(.say, into: &say)
        try read(.keepsQuotaRefusals, into: &keepsQuotaRefusals)
    }
}

/// How often a fault occurs: first a number of times for certain, then with a probability.
public struct SandboxDose: Sendable, Equatable, Codable {
    /// The number of next requests in which the fault occurs for certain. It counts down.
    public var next: Int
    /// The probability of the fault once `next` is 0, from 0 to 1.
    public var probability: Double

    public init(next: Int = 0, probability: Double = 0) {
        self.next = next
        self.probability = probability
    }

    public init(from decoder: any Decoder) throws {
        try AnyName.refuseUnknown(in: decoder, beside: ["next", "probability"])
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        next = try fields.decodeIfPresent(Int.self, forKey: .next) ?? 0
        probability = try fields.decodeIfPresent(Double.self, forKey: .probability) ?? 0
    }

    /// Decides whether the fault occurs now. A random number is drawn only for a probability above 0.
    mutating func fires(_ random: inout SeededRandom) -> Bool {
        if next > 0 {
            next -= 1
            return true
        }
        return probability > 0 && Double.random(in: 0..<1, using: &random) < probability
    }
}

/// A scripted answer, such as a gateway, a proxy or a later API release may send.
public struct SandboxWord: Sendable, Equatable, Codable {
    /// The number of next requests that get this answer. It counts down.
    public var next: Int
    public var status: Int
    public var contentType: String
    public var body: String

    public init(next: Int = 0, status: Int = 400, contentType: String = "application/problem+json", body: String = "") {
        self.next = next
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case next, status, body
        case contentType = "content_type"
    }

    public init(from decoder: any Decoder) throws {
        try AnyName.refuseUnknown(in: decoder, beside: CodingKeys.allCases.map(\.rawValue))
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let plain = SandboxWord()
        next = try fields.decodeIfPresent(Int.self, forKey: .next) ?? plain.next
        status = try fields.decodeIfPresent(Int.self, forKey: .status) ?? plain.status
        contentType = try fields.decodeIfPresent(String.self, forKey: .contentType) ?? plain.contentType
        body = try fields.decodeIfPresent(String.self, forKey: .body) ?? plain.body
    }
}

/// A coding key with any name, to find unknown names in JSON.
struct AnyName: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init?(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        return nil
    }

    /// Throws `DecodingError` when the object has a name that is not in `known`, so that a misspelt fault is noticed.
    static func refuseUnknown(in decoder: any Decoder, beside known: [String]) throws {
        let fields = try decoder.container(keyedBy: AnyName.self)
        guard let unknown = fields.allKeys.first(where: { !known.contains($0.stringValue) }) else { return }
        throw DecodingError.dataCorruptedError(
            forKey: unknown, in: fields, debugDescription: "unknown name \(unknown.stringValue)")
    }
}
