/// How many batches may be claimed and not yet settled: one under way and one to follow for each connection.
struct Slots {
    let connections: Int

    var count: Int { 2 * connections }

    /// What one of so many ready journeys may hold: never all slots, so that another one's next intent finds a way.
    func share(of ready: Int) -> Int {
        max(1, min(count - max(1, count / 4), (count + ready - 1) / max(1, ready)))
    }

    /// What a journey may hold whose requests fail.
    var failingMax: Int { max(2, count / 8) }

    /// How many requests of one journey may be under way: it never has every connection, however slow its answers.
    var requestsMaxOfOne: Int { max(1, connections - max(1, connections / 4)) }
}
