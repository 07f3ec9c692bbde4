import Delivery
import Foundation
import GRDB
import Operation

extension BatchDetail {
    /// Reads one batch; nil when there is none with this id.
    package static func find(_ id: Int64, _ connection: OperatorConnection) throws -> BatchDetail? {
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
        let texts: (answers: String, moved: String?, members: String) = (row["answers"], row["moved"], row["members"])
        let decoder = JSONDecoder()
        self.init(
            record: try BatchRecord(row), members: try MemberList(text: Array(texts.members.utf8)).decode(),
            answers: try decoder.decode([Answer].self, from: Data(texts.answers.utf8)),
            moved: try texts.moved.map { try decoder.decode([String: [Int64]].self, from: Data($0.utf8)) } ?? [:],
            successors: successors)
    }

    static let successorsOf = "SELECT id FROM outbox_batch WHERE parent_id = ? ORDER BY id"
}
