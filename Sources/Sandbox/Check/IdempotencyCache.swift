/// The answers by idempotency key, each for 24 hours from the arrival of the first request.
///
/// Idempotency keys are scoped to the API key. Bodies are compared by their digest, and the path is not compared. An
/// entry is removed only after its lifetime. With `entriesMax` entries, a new key finds the cache full, and its request
/// must be refused without effect.
struct IdempotencyCache: Sendable {
    /// An idempotency key in the scope of its API key.
    struct Name: Hashable, Sendable {
        var apiKey: String
        var key: String
    }

    /// The result of looking up a name.
    enum Lookup: Equatable, Sendable {
        /// The name was new and is now in progress.
        case fresh
        /// The first request with this name is in progress.
        case running
        /// The name was used with another body.
        case mismatch
        /// The first request with this name had this answer.
        case answered(SandboxAnswer)
        /// The cache is full, and the name is not in it.
        case full
    }

    private struct Entry: Sendable {
        var digest: String
        var since: Int64
        var answer: SandboxAnswer?
    }

    static let lifetimeMilliseconds: Int64 = 24 * 60 * 60 * 1000
    private let entriesMax: Int
    private var entries: [Name: Entry] = [:]
    /// The names in the order of their arrival, from index `first` on. A name that was used again is in it twice.
    private var order: [(name: Name, since: Int64)] = []
    private var first = 0

    init(entriesMax: Int) {
        self.entriesMax = entriesMax
    }

    var count: Int { entries.count }

    /// Looks a name up. A name that is new or whose 24 hours are over is now in progress.
    mutating func claim(_ name: Name, digest: String, at now: Int64) -> Lookup {
        expire(at: now)
        if let entry = entries[name], !isOver(entry, at: now) {
            guard entry.digest == digest else { return .mismatch }
            return entry.answer.map { .answered($0) } ?? .running
        }
        guard entries.count < entriesMax else { return .full }
        entries[name] = Entry(digest: digest, since: now)
        order.append((name, now))
        return .fresh
    }

    /// Stores the answer of a name that is in progress.
    mutating func settle(_ name: Name, with answer: SandboxAnswer) {
        assert(entries[name] != nil, "only a claimed idempotency key gets an answer")
        entries[name]?.answer = answer
    }

    private func isOver(_ entry: Entry, at now: Int64) -> Bool {
        entry.answer != nil && now - entry.since >= IdempotencyCache.lifetimeMilliseconds
    }

    /// Removes expired entries, the oldest first. An entry in progress delays the removal of later entries, but they
    /// still expire.
    private mutating func expire(at now: Int64) {
        while first < order.count {
            let (name, since) = order[first]
            if let entry = entries[name], entry.since == since {
                guard isOver(entry, at: now) else { break }
                entries[name] = nil
            }
            first += 1
        }
        guard first > 1024, first * 2 > order.count else { return }
        order.removeFirst(first)
        first = 0
    }
}
