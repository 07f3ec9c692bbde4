/// The answers given under idempotency keys, each for 24 hours from the arrival of the first request.
///
/// The scope is the API key: the same idempotency key under another API key runs as new. The body counts by its
/// digest; the path does not count. An entry leaves only after its lifetime, never to make room: with
/// `entriesMax` living entries a new key finds the cache full, and the request must be refused without effect.
struct IdempotencyCache: Sendable {
    struct Name: Hashable, Sendable {
        var apiKey: String
        var key: String
    }

    enum Lookup: Equatable, Sendable {
        /// Nothing was there; the name is now in progress.
        case fresh
        case running
        case mismatch
        case answered(SandboxAnswer)
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
    /// The names in the order they came, from `first` on; a name that came anew is in it again.
    private var order: [(name: Name, since: Int64)] = []
    private var first = 0

    init(entriesMax: Int) {
        self.entriesMax = entriesMax
    }

    var count: Int { entries.count }

    /// Looks a name up, and puts it in progress when it is new or its 24 hours are over.
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

    /// Keeps the answer of a name in progress.
    mutating func settle(_ name: Name, with answer: SandboxAnswer) {
        entries[name]?.answer = answer
    }

    private func isOver(_ entry: Entry, at now: Int64) -> Bool {
        entry.answer != nil && now - entry.since >= IdempotencyCache.lifetimeMilliseconds
    }

    /// Drops what is over from the oldest on; one still in progress holds back those behind it, never their answers.
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
