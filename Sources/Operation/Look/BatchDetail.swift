import Delivery

/// A request with its members, every stored answer, and its relation to other batches.
public struct BatchDetail: Sendable {
    /// One answer, as the batch's row stores it.
    public struct Answer: Sendable, Equatable, Decodable {
        public let attempt: Int
        /// Unix time in milliseconds.
        public let at: Int64
        /// The HTTP status; nil when no answer arrived.
        public let status: Int?
        public let code: String?
        public let message: String?
        public let requestID: String?

        private enum CodingKeys: String, CodingKey {
            case attempt, at, status, code, message
            case requestID = "request_id"
        }
    }

    public let record: BatchRecord
    public let members: [Member]
    public let answers: [Answer]
    /// Intents that left the batch and batches frozen from it, by the kind of the move, as stored at the settlement.
    public let moved: [String: [Int64]]
    /// The batches whose parent is this batch.
    public let successors: [Int64]

    public init(
        record: BatchRecord, members: [Member], answers: [Answer], moved: [String: [Int64]], successors: [Int64]
    ) {
        self.record = record
        self.members = members
        self.answers = answers
        self.moved = moved
        self.successors = successors
    }
}
