/// What is to be done about an answer, decided before the database is touched and applied in one savepoint.
public struct Settlement: Sendable {
    /// What becomes of the batch row.
    public enum Fate: Sendable, Equatable {
        case settled(BatchOutcome)
        /// The same key and bytes again, once `dueAt` has come and a permit is there.
        case sending(dueAt: WallTime, stamp: WallTime?)
        /// The members in `unproven` wait for a person; the others were proven and are settled.
        case inDoubt
    }

    /// Where one member goes that leaves the batch without being delivered.
    public enum Leaving: Sendable, Equatable {
        case dead(Rejection, attempts: Int)
        case waiting(Waiting)
    }

    /// A member on its way to `outbox_waiting`; its epoch rises, since it will travel under another key.
    public struct Waiting: Sendable, Equatable {
        public var attempts: Int
        public var dueAt: WallTime
        public var rejection: Rejection?
        /// The request was refused for its content with this member alone in it.
        public var isRefusedAlone: Bool

        public init(attempts: Int, dueAt: WallTime, rejection: Rejection?, isRefusedAlone: Bool) {
            self.attempts = attempts
            self.dueAt = dueAt
            self.rejection = rejection
            self.isRefusedAlone = isRefusedAlone
        }
    }

    public var batch: Batch
    public var fate: Fate
    public var record: AnswerRecord
    /// Members that leave, by their place in the request.
    public var leaving: [Int: Leaving] = [:]
    /// Members that travel on at once in new batches under new keys, by their places.
    public var successors: [[Int]] = []
    /// In doubt only: the places that nothing is known about.
    public var unproven: Set<Int> = []
    /// A member was accepted, so that a row that was refused alone has itself to blame.
    public var provesJourneyWorks = false
    /// When the request began that was answered: what it proves is about rows refused before.
    public var begunAt: WallTime?
    /// The row that was refused with nobody else in its request, and what for; also when it died of it.
    var refusedAlone: (intent: Int64, code: String)?
    public var isReplay = false
    /// Nothing usable came back: the next wait is longer.
    var isFailure = false

    /// Whether a member waits because its request was refused with nobody else in it.
    public var hasRefusedAlone: Bool {
        leaving.values.contains {
            if case .waiting(let waiting) = $0 { waiting.isRefusedAlone } else { false }
        }
    }

    /// Whether it changes nothing but its batch's own row.
    public var isOneStatement: Bool {
        leaving.isEmpty && successors.isEmpty && unproven.isEmpty && !batch.members.hasOrderingKeys
    }

    /// Whether the end of a member may let another intent of its ordering key go on.
    public var mayFreeOthers: Bool {
        if case .sending = fate { return false }
        return batch.members.hasOrderingKeys
    }

    /// The delivered members that have an ordering key: those that end here without another record.
    public var deliveredInOrder: [Int64] {
        if case .sending = fate { return [] }
        guard batch.members.hasOrderingKeys else { return [] }
        let gone = Set(successors.joined())
        return batch.members.ordered.filter { place, _ in
            leaving[place] == nil && !gone.contains(place)
                && (fate != .inDoubt || !unproven.contains(place))
        }.map(\.id)
    }

    /// The same settlement, in which rows that were refused alone wait like any other: they are not to blame.
    func withRefusalsCleared() -> Settlement {
        var settlement = self
        for (index, left) in leaving {
            guard case .waiting(var waiting) = left, waiting.isRefusedAlone else { continue }
            waiting.isRefusedAlone = false
            settlement.leaving[index] = .waiting(waiting)
        }
        return settlement
    }

    /// How many members are settled as delivered.
    public var deliveredCount: Int {
        switch fate {
        case .sending: 0
        case .inDoubt: batch.size - unproven.count - leaving.count
        case .settled: batch.size - leaving.count - successors.reduce(0) { $0 + $1.count }
        }
    }
}

extension Settlement {
    /// A fate without an answer, for whoever drives a store without an API.
    package init(of batch: Batch, as fate: Fate) {
        self.init(batch: batch, fate: fate, record: AnswerRecord())
    }
}
