/// The invariants of a settlement, checked in every build: a settlement that breaks one would lose or double a member.
extension Settlement {
    /// The invariant that a settlement breaks. The settlement must not be applied.
    public struct Defect: Error, Equatable, CustomStringConvertible {
        public let batch: Int64
        /// The invariant that does not hold, as a sentence.
        public let rule: String

        public var description: String { "the settlement of batch \(batch) breaks a rule: \(rule)" }
    }

    /// Returns the settlement itself when it is consistent; throws a `Defect` otherwise.
    func checked() throws(Defect) -> Settlement {
        try require(batch.size > 0, "a batch has at least one member")
        if !leaving.isEmpty || !successors.isEmpty || !unproven.isEmpty { try checkPlaces() }
        switch fate {
        case .sending(_, let stamp): try checkSending(stamp)
        case .inDoubt:
            try require(!unproven.isEmpty, "a batch in doubt has a member whose outcome is not known")
            try require(successors.isEmpty, "no member of a batch in doubt goes on in a new batch")
        case .settled(let outcome): try checkSettled(outcome)
        }
        return self
    }

    /// Each index belongs to a member, and no member is at two places.
    private func checkPlaces() throws(Defect) {
        var seen: Set<Int> = []
        for places in [Array(leaving.keys), Array(successors.joined()), Array(unproven)] {
            for place in places {
                try require((0..<batch.size).contains(place), "each place is that of a member")
                try require(seen.insert(place).inserted, "a member is at exactly one place")
            }
        }
    }

    private func checkSending(_ stamp: WallTime?) throws(Defect) {
        try require(
            leaving.isEmpty && successors.isEmpty && unproven.isEmpty, "a batch that is sent again keeps its members")
        try require(
            stamp == nil || stamp == batch.possiblyExecutedSince || stamp == batch.possiblyExecutedBefore,
            "an answer sets no new time since which a request is possibly executed")
    }

    private func checkSettled(_ outcome: BatchOutcome) throws(Defect) {
        try require(unproven.isEmpty, "a member whose outcome is not known leaves its batch in doubt")
        try require(!successors.contains(where: \.isEmpty), "a new batch has at least one member")
        switch outcome {
        case .delivered: try require(deliveredCount == batch.size, "a delivered batch has delivered every member")
        case .rejected, .shrunk, .split, .returned:
            try require(deliveredCount == 0, "a batch that was refused has delivered no member")
        case .partlyRejected: try require(!leaving.isEmpty, "a batch that was partly rejected has rejected a member")
        case .resolved: break
        }
    }

    private func require(_ condition: Bool, _ rule: String) throws(Defect) {
        guard condition else { throw Defect(batch: batch.id, rule: rule) }
    }
}
