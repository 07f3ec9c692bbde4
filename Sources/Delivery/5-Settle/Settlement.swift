/// What is to be done after an answer. It is decided before the database is touched and applied in one savepoint.
///
/// Each member of the batch is at exactly one place: it leaves, goes on in a successor, is unproven, or, if it is at none
/// of these places, has the fate of the batch. `checked()` verifies this.
public struct Settlement: Sendable {
    /// What happens to the batch row.
    public enum Fate: Sendable, Equatable {
        /// The batch has ended.
        case settled(BatchOutcome)
        /// The same key and bytes are sent again, once `dueAt` has come and there is a permit. `stamp` is the time since
        /// which the request is possibly executed.
        case sending(dueAt: WallTime, stamp: WallTime?)
        /// The members in `unproven` wait for an operator; the others are proven and settled.
        case inDoubt
    }

    /// Where a member goes that leaves the batch without being delivered.
    public enum Leaving: Sendable, Equatable {
        case dead(Rejection, attempts: Int)
        case waiting(Waiting)
    }

    /// A member that goes to `outbox_waiting`. Its epoch is raised, because it will travel with another key.
    public struct Waiting: Sendable, Equatable {
        public var attempts: Int
        public var dueAt: WallTime
        public var rejection: Rejection?
        /// Whether the request was refused because of its content while this member was alone in it.
        public var isRefusedAlone: Bool

        public init(attempts: Int, dueAt: WallTime, rejection: Rejection?, isRefusedAlone: Bool) {
            assert(attempts >= 0, "attempts are counted from 0")
            self.attempts = attempts
            self.dueAt = dueAt
            self.rejection = rejection
            self.isRefusedAlone = isRefusedAlone
        }
    }

    public var batch: Batch
    public var fate: Fate
    public var record: AnswerRecord
    /// The members that leave, by their index in the request.
    public var leaving: [Int: Leaving] = [:]
    /// The members that go on at once in new batches with new keys, by their indices.
    public var successors: [[Int]] = []
    /// The indices of the members whose outcome is not known; empty unless the batch is in doubt.
    public var unproven: Set<Int> = []
    /// Whether a member was accepted: then a row that was refused alone is itself the cause of its refusal.
    public var provesJourneyWorks = false
    /// Whether the rows that were refused before were refused because of a setting, which works again now.
    public var clearsRefusals = false
    /// When the answered request began. What its answer proves holds only for rows that were refused before.
    public var begunAt: WallTime?
    /// The row that was refused while it was alone in its request, and the code; also when the row is dead now.
    var refusedAlone: (intent: Int64, code: String)?
    /// Whether the request is sent again because a 2xx did not prove every result.
    public var isReplay = false
    /// Whether there was no usable answer, so that the next backoff is longer.
    var isFailure = false

    /// Whether a member waits because its request was refused while it was alone in it.
    public var hasRefusedAlone: Bool {
        leaving.values.contains {
            if case .waiting(let waiting) = $0 { waiting.isRefusedAlone } else { false }
        }
    }

    /// Whether the settlement changes nothing but the row of its batch.
    public var isOneStatement: Bool {
        leaving.isEmpty && successors.isEmpty && unproven.isEmpty && !batch.members.hasOrderingKeys
    }

    /// Whether another intent of an ordering key may become due because a member has ended.
    public var mayFreeOthers: Bool {
        if case .sending = fate { return false }
        return batch.members.hasOrderingKeys
    }

    /// The ids of the delivered members that have an ordering key.
    public var deliveredInOrder: [Int64] {
        if case .sending = fate { return [] }
        guard batch.members.hasOrderingKeys else { return [] }
        let gone = Set(successors.joined())
        return batch.members.ordered.filter { place, _ in
            leaving[place] == nil && !gone.contains(place)
                && (fate != .inDoubt || !unproven.contains(place))
        }.map(\.id)
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
    /// A settlement without an answer, for a caller that uses a store without the API.
    package init(of batch: Batch, as fate: Fate) {
        self.init(batch: batch, fate: fate, record: AnswerRecord())
    }

    /// Ends a batch that was not executed: every member waits, due at once, without spending an attempt.
    ///
    /// Throws `DecodingError` when the members of the batch cannot be read.
    init(returning batch: Batch, at now: WallTime, record: AnswerRecord) throws {
        self.init(batch: batch, fate: .settled(.returned), record: record)
        for (index, member) in try batch.members.decode().enumerated() {
            leaving[index] = .waiting(
                Waiting(attempts: member.attempts, dueAt: now, rejection: nil, isRefusedAlone: false))
        }
    }
}
