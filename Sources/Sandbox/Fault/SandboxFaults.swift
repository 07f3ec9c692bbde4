/// What goes wrong, switchable at run time.
///
/// As JSON the names are in snake case and each may be left out; an unknown name is refused. Faults strike trigger
/// calls, and probes too when `reachesProbes`. Before the effect they strike whatever the request holds, in the
/// order drop, error, redirect, say; after the effect only answers of the journey or the cache, in the order drop,
/// error. An answer spoiled after the effect stays in the idempotency cache as it was.
public struct SandboxFaults: Sendable, Equatable, Codable {
    /// The connection closes and nothing happens.
    public var dropBeforeEffect = SandboxDose()
    /// The connection closes once the effect is there.
    public var dropAfterEffect = SandboxDose()
    /// `errorStatus` is answered and nothing happens.
    public var errorBeforeEffect = SandboxDose()
    /// `errorStatus` is answered in place of the answer.
    public var errorAfterEffect = SandboxDose()
    /// 500 and 503 come as a problem document unless `errorIsHTML`; any other status comes as HTML.
    public var errorStatus = 503
    public var errorIsHTML = false
    /// `redirectStatus` to `redirectLocation` is answered and nothing happens.
    public var redirect = SandboxDose()
    public var redirectStatus = 302
    public var redirectLocation = "http://127.0.0.1:9/moved"
    /// How long the idempotency key is in progress before the effect; triggers only.
    public var delayBeforeEffectMilliseconds = 0
    /// How long the answer is held back after the effect; refusals and replays are held back as well.
    public var delayAfterEffectMilliseconds = 0
    /// As for projects without enforcement: nothing is checked, kept or replayed, and a second try runs again.
    public var ignoresIdempotencyKeys = false
    public var stripsReplayHeader = false
    /// Answers leave without `X-Request-Id`, as from a proxy in between.
    public var omitsRequestID = false
    /// SandboxProblem documents carry an old numeric code in place of the string.
    public var numericCodes = false
    public var bodyForm = SandboxBodyForm.whole
    /// Sent as `Retry-After` with every 429, 503 and `idempotency_in_progress`, in place of the true one.
    public var retryAfter: String?
    public var reachesProbes = false
    /// Said in place of any answer, before the effect.
    public var say = SandboxWord()
    /// Running out of credit is found behind the idempotency cache, and its refusal kept there.
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

/// How often a fault strikes: the next so many times, then by probability.
public struct SandboxDose: Sendable, Equatable, Codable {
    /// The number of coming requests it strikes for certain; counts down.
    public var next: Int
    /// From 0 to 1, drawn once `next` is used up.
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

    mutating func fires(_ random: inout SeededRandom) -> Bool {
        if next > 0 {
            next -= 1
            return true
        }
        return probability > 0 && Double.random(in: 0..<1, using: &random) < probability
    }
}

/// An answer in so many words: what an edge, a proxy or an API of tomorrow may say.
public struct SandboxWord: Sendable, Equatable, Codable {
    /// The number of coming requests it answers; counts down.
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

/// A coding key of any name, to find those that nobody reads.
struct AnyName: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init?(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        return nil
    }

    /// Throws when the object holds a name outside `known`: a misspelt switch must not pass for one that is off.
    static func refuseUnknown(in decoder: any Decoder, beside known: [String]) throws {
        let fields = try decoder.container(keyedBy: AnyName.self)
        guard let unknown = fields.allKeys.first(where: { !known.contains($0.stringValue) }) else { return }
        throw DecodingError.dataCorruptedError(
            forKey: unknown, in: fields, debugDescription: "unknown name \(unknown.stringValue)")
    }
}
