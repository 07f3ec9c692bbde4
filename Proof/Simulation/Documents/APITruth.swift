/// What has really happened at the API and on the way to it. Only the checker reads it.
struct APITruth: Sendable {
    /// A pair of base URL and API key: the scope of idempotency keys.
    struct Subject: Hashable, Sendable {
        var url: String
        var apiKey: String
    }

    /// One entrance of one intent.
    struct Entrance: Sendable {
        var key: String
        var subject: Subject
        var attempt: Int
        var at: Int64
        /// Whether the idempotency key was honoured when the request arrived.
        var isHonoured: Bool
        var requestID: String
    }

    /// What the worker received for an attempt.
    enum Received: Sendable, Equatable {
        case pending
        case notSent
        case silence
        case edge(Int)
        /// An answer of the API, perhaps with changed headers.
        case own(Int, code: String?, isReplayed: Bool, isProvable: Bool, isWhole: Bool)
    }

    /// One request that a worker has sent under an idempotency key.
    struct Attempt: Sendable {
        var number: Int
        var at: Int64
        var subject: Subject
        var isHonoured: Bool
        var intents: [Int]
        var received = Received.pending
        /// What the API did with each copy, in words.
        var fates: [String] = []
        var isFirewalled = false
    }

    var entrances: [Int: [Entrance]] = [:]
    /// The codes of the API's own refusals of an intent, alone or with its whole request.
    var refusals: [Int: Set<String>] = [:]
    /// Intents that the API rejected in an answer which says nothing of it.
    var hidden: Set<Int> = []
    /// Intents whose saved answer the API has lost.
    var lostAnswers: Set<Int> = []
    /// The attempts of each idempotency key.
    var attempts: [String: [Attempt]] = [:]
    /// The subjects that have changed whether they honour keys.
    var changedSubjects: Set<Subject> = []
    var revokedKeys: Set<String> = []
    var requests = 0
    var attemptCount = 0
    /// A digest of everything that was received, for the comparison of two runs.
    var fingerprint: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func mix(_ text: String) {
        for byte in text.utf8 { fingerprint = (fingerprint ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    mutating func change(_ key: String, _ attempt: Int, _ body: (inout Attempt) -> Void) {
        guard let index = attempts[key]?.firstIndex(where: { $0.number == attempt }) else { return }
        body(&attempts[key, default: []][index])
    }
}
