import Delivery
import Foundation
import GRDB

/// A request with its members, every answer kept, and its lineage.
public struct BatchDetail: Sendable {
    /// One answer, as the batch row lists it.
    public struct Answer: Sendable, Equatable, Decodable {
        public let attempt: Int
        public let at: Int64
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
    /// Intents that left the batch, and the batches frozen out of it, as noted when it was settled.
    public let moved: [String: [Int64]]
    /// The batches whose parent this one is.
    public let successors: [Int64]

    /// Reads one batch; nil when there is none of that id.
    public static func find(_ id: Int64, _ connection: OperatorConnection) throws -> BatchDetail? {
        try connection.read { db in
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT \(BatchRecord.columns), answers, moved, members FROM outbox_batch WHERE id = ?"),
                arguments: [id])
            return try row.map {
                try BatchDetail(
                    $0, successors: Int64.fetchAll(db.cachedStatement(sql: successorsOf), arguments: [id]))
            }
        }
    }

    private init(_ row: Row, successors: [Int64]) throws {
        record = try BatchRecord(row)
        let texts: (answers: String, moved: String?, members: String) = (row["answers"], row["moved"], row["members"])
        let decoder = JSONDecoder()
        answers = try decoder.decode([Answer].self, from: Data(texts.answers.utf8))
        moved = try texts.moved.map { try decoder.decode([String: [Int64]].self, from: Data($0.utf8)) } ?? [:]
        members = try MemberList(text: Array(texts.members.utf8)).decode()
        self.successors = successors
    }

    static let successorsOf = "SELECT id FROM outbox_batch WHERE parent_id = ? ORDER BY id"
}
