import Delivery

/// Everything the database knows about one intent: its place and every request that contained it.
public struct IntentTrace: Sendable {
    /// What is stored only for an intent that waits.
    public struct Wait: Sendable, Equatable {
        public var scheduledAt: WallTime?
        public var expiresAt: WallTime?
        public var orderingKey: String?
        /// The intent was refused in a request of its own. The next success in its journey makes it a dead letter.
        public var isRefusedAlone = false
        /// Intents of the same journey that are sent first, counted up to `aheadMax`.
        public var ahead = 0
        /// The intent that holds the lane of the same ordering key.
        public var laneHolder: LaneHolder?

        public init() {}
    }

    /// The intent for which the later ones of its ordering key wait.
    public struct LaneHolder: Sendable, Equatable {
        public var id: Int64
        /// The intent is a dead letter of a journey with `on_dead: block`.
        public var isDead: Bool

        public init(id: Int64, isDead: Bool) {
            self.id = id
            self.isDead = isDead
        }
    }

    public static let aheadMax = 100_000

    public let id: Int64
    /// The intent where it is unfinished, dead or cancelled; nil when it was delivered or removed, or never existed.
    public let record: IntentRecord?
    public let wait: Wait
    /// The requests that contained the intent, oldest first.
    public let batches: [BatchDetail]
    /// The batch of `batches` that delivered the intent, with the intent as it was then.
    public let delivered: (batch: BatchDetail, member: Member)?
    /// The highest id that was ever assigned.
    public let lastID: Int64
    public let pauses: [Pause]
    public let enforcement: Enforcement

    public init(
        id: Int64, record: IntentRecord?, wait: Wait, batches: [BatchDetail], lastID: Int64, pauses: [Pause],
        enforcement: Enforcement
    ) {
        self.id = id
        self.record = record
        self.wait = wait
        self.batches = batches
        self.lastID = lastID
        self.pauses = pauses
        self.enforcement = enforcement
        delivered = Self.delivery(of: id, in: batches)
    }

    private static func delivery(of id: Int64, in batches: [BatchDetail]) -> (batch: BatchDetail, member: Member)? {
        for batch in batches.reversed() where batch.record.state == .settled {
            if let member = batch.members.first(where: { $0.id == id }) { return (batch, member) }
        }
        return nil
    }
}
