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

    /// Rows looked at in one transaction while successors are sought.
    private static let windowRows = 2_000

    public let record: BatchRecord
    public let members: [Member]
    public let answers: [Answer]
    /// Intents that left the batch, and the batches frozen out of it, as noted when it was settled.
    public let moved: [String: [Int64]]
    /// The batches whose parent this one is.
    public let successors: [Int64]

    /// Reads one batch; nil when there is none of that id.
    ///
    /// Looking for its successors reads every later batch; without them it is one seek.
    public static func find(
        _ id: Int64, _ connection: OperatorConnection, withSuccessors: Bool = true
    ) throws -> BatchDetail? {
        let row = try connection.read { db in
            try Row.fetchOne(
                db, sql: "SELECT \(BatchRecord.columns), answers, moved, members FROM outbox_batch WHERE id = ?",
                arguments: [id])
        }
        guard let row else { return nil }
        return try BatchDetail(row, successors: withSuccessors ? try successors(of: id, connection) : [])
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

    /// A child's id is higher than its parent's; without an index for it, the rows after the parent are looked through.
    private static func successors(of id: Int64, _ connection: OperatorConnection) throws -> [Int64] {
        var found: [Int64] = []
        var start: Int64? = id
        while let after = start {
            let (part, end) = try connection.read { db in
                let end = try Int64.fetchOne(
                    db.cachedStatement(
                        sql: "SELECT id FROM outbox_batch WHERE id > ? ORDER BY id LIMIT 1 OFFSET \(windowRows - 1)"),
                    arguments: [after])
                let part = try Int64.fetchAll(
                    db.cachedStatement(
                        sql: "SELECT id FROM outbox_batch WHERE id > ? AND id <= ? AND parent_id = ? ORDER BY id"),
                    arguments: [after, end ?? .max, id])
                return (part, end)
            }
            found += part
            start = end
        }
        return found
    }
}
