/// What a round came to.
public struct RoundResult: Sendable {
    /// Batches whose attempt is committed: they are to be sent now.
    public var begun: [Batch] = []
    /// Batches frozen out of a split or shrunk one, to be begun when there is a permit.
    public var successors: [Batch] = []
    /// Batches whose settlement did not apply: somebody else has settled them.
    public var stale: [Int64] = []
    /// Batches whose settlement could not be applied, and is as if it had not been tried.
    public var failed: [Failed] = []
    /// The last intent's id, when a batch was settled or begun.
    public var lastIntent: Int64 = 0
    /// The last batch's id, likewise.
    public var lastBatch: Int64 = 0
    public var supplies: [String: Backlog] = [:]
    /// For each journey in `supplies`: when its next intent that waits or is scheduled becomes due.
    public var nextDue: [String: WallTime] = [:]
    /// Journeys in which another intent of an ordering key may have become due, and which the round's claims have not
    /// looked at since.
    public var released: Set<String> = []
    /// More rows wait for too long than one round may touch.
    public var hasOverlongWaits = false
    /// Rows refused alone and not yet condemned, by journey: how many share the latest code.
    public var refusedAlike: [String: Int] = [:]
    /// Rows that the worker itself found unsendable.
    public var quarantined: [Int64: Unsendable] = [:]
    /// How long the write lock was waited for.
    public var waited: Duration = .zero
    /// How long the write lock was held, the commit included.
    public var held: Duration = .zero
    /// How long the write lock is to be left to others before the next round.
    public var rest: Duration = .zero

    public init() {}

    /// A settlement that the database refused.
    public struct Failed: Sendable {
        public var batch: Batch
        public var reason: String

        public init(batch: Batch, reason: String) {
            self.batch = batch
            self.reason = reason
        }
    }
}
