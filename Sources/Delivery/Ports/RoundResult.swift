/// The result of a committed round.
public struct RoundResult: Sendable {
    /// The batches whose attempt is committed; their requests leave now.
    public var begun: [Batch] = []
    /// The batches that were made out of a split or shrunk batch; each begins when it has a permit.
    public var successors: [Batch] = []
    /// The batches whose settlement did not apply, because another process has settled them.
    public var stale: [Int64] = []
    /// The batches whose settlement the database refused; they are as they were before the round.
    public var failed: [Failed] = []
    /// The id of the last intent; 0 when the round neither settled nor began a batch.
    public var lastIntent: Int64 = 0
    /// The id of the last batch; 0 when the round neither settled nor began a batch.
    public var lastBatch: Int64 = 0
    /// What is left to claim after the round, for each journey that the round has claimed from or released intents of.
    public var supplies: [String: Backlog] = [:]
    /// When the next intent becomes due that waits or is scheduled, for each journey in `supplies`.
    public var nextDue: [String: WallTime] = [:]
    /// The journeys in which an intent may have become due because an earlier intent of its ordering key has ended, and
    /// which the claims of the round did not look at afterwards.
    public var released: Set<String> = []
    /// Whether more rows wait for too long than one round may change.
    public var hasOverlongWaits = false
    /// How many rows were refused alone with the same latest code and are not dead yet, by journey.
    public var refusedAlike: [String: Int] = [:]
    /// The intents that became dead letters because they cannot be sent.
    public var quarantined: [Int64: Unsendable] = [:]
    /// How long the round waited for the write lock.
    public var waited: Duration = .zero
    /// How long the round held the write lock, the commit included.
    public var held: Duration = .zero
    /// How long other connections have the write lock to themselves before the next round.
    public var rest: Duration = .zero

    public init() {}

    /// A settlement that the database refused.
    public struct Failed: Sendable {
        public var batch: Batch
        /// The error, as a text for the log.
        public var reason: String

        public init(batch: Batch, reason: String) {
            self.batch = batch
            self.reason = reason
        }
    }
}
