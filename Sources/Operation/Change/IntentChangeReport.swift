import Delivery

/// The result of a change of intents.
public struct IntentChangeReport: Sendable, Equatable {
    /// An intent that was not changed.
    public struct SkippedIntent: Sendable, Equatable {
        public let id: Int64
        /// Nil when the intent is not among the unfinished, dead and cancelled ones.
        public let state: IntentState?
        public let reason: String

        public init(id: Int64, state: IntentState?, reason: String) {
            self.id = id
            self.state = state
            self.reason = reason
        }
    }

    public static let skippedMax = 1_000

    /// The number of changed intents; in a dry run, of those that would be changed.
    public var done = 0
    /// The skipped intents, the first `skippedMax` of them.
    public private(set) var skipped: [SkippedIntent] = []
    /// The number of all skipped intents.
    public private(set) var skippedCount = 0

    public init() {}

    public mutating func skip(_ intent: SkippedIntent) {
        skippedCount += 1
        if skipped.count < Self.skippedMax { skipped.append(intent) }
    }
}
