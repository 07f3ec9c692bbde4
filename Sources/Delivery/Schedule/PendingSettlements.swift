/// Settlements that are decided and wait for the round that stores them.
struct PendingSettlements: Sendable {
    /// How long a settlement waits at most for the claims that are to share its commit.
    static let waitMax: Duration = .milliseconds(150)

    private(set) var all: [Settlement] = []
    private(set) var waitingSince: Duration?

    var isEmpty: Bool { all.isEmpty }

    mutating func add(_ settlement: Settlement) { all.append(settlement) }

    /// All of them, for the round that stores them.
    mutating func take() -> [Settlement] {
        defer { (all, waitingSince) = ([], nil) }
        return all
    }

    // MARK: Sharing a commit

    /// When waiting for a shared commit ends; nil while nothing waits for one.
    var waitEnd: Duration? { waitingSince.map { $0 + Self.waitMax } }

    /// Whether all of them may wait for claims that can leave at `next`: they only say that their batches are delivered.
    func mayWait(for next: Duration, at now: Duration) -> Bool {
        let end = (waitingSince ?? now) + Self.waitMax
        return next <= end && now < end && all.allSatisfy(\.concernsOnlyItsBatch)
    }

    mutating func wait(at now: Duration) { waitingSince = waitingSince ?? now }
}

extension Settlement {
    /// Whether it only says that its own batch is delivered: nothing waits for it.
    fileprivate var concernsOnlyItsBatch: Bool {
        guard case .settled = fate else { return false }
        return isOneStatement
    }
}
