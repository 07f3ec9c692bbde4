/// Since when an edge has refused each open batch, so that the refusal can be told from an outage.
struct EdgeRefusals: Sendable {
    private var since: [Int64: Duration] = [:]

    /// Whether other requests have succeeded since an edge first refused this batch, or the one it was split from.
    ///
    /// The first call for a batch notes the refusal.
    mutating func othersSucceed(since batch: Int64, lastSuccess: Duration?, at now: Duration) -> Bool {
        guard let first = since[batch] else {
            since[batch] = now
            return false
        }
        return lastSuccess.map { $0 > first } ?? false
    }

    /// A part of a split batch goes on with its parent's time.
    mutating func inherit(_ batch: Int64, from parent: Int64) { since[batch] = since[parent] }

    mutating func keep(where isOpen: (Int64) -> Bool) { since = since.filter { isOpen($0.key) } }
}
