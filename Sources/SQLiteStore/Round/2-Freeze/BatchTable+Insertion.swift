import Delivery
import Foundation
import GRDB

/// The rows that are inserted into `outbox_batch`: no other statement does.
extension BatchTable {
    /// The columns that an insertion may fill, in the order of the table.
    private enum Column: String, CaseIterable {
        case state, journey, key, target
        case apiKeyFingerprint = "api_key_fingerprint"
        case bodySHA256 = "body_sha256"
        case traceparent
        case parent = "parent_id"
        case firstID = "first_id"
        case lastID = "last_id"
        case size, attempt
        case possiblyExecutedSince = "possibly_executed_since"
        case dueAt = "due_at"
        case frozenAt = "frozen_at"
        case sentAt = "sent_at"
        case settledAt = "settled_at"
        case updatedAt = "updated_at"
        case outcome, code, message
        case requestID = "request_id"
        case answers, members, body
    }

    /// The start of an insertion whose values are these expressions; a column without one gets its default.
    private static func insertion(_ values: [Column: String]) -> (into: String, values: String) {
        let columns = Column.allCases.filter { values[$0] != nil }
        return (
            "INSERT INTO outbox_batch (\(columns.map(\.rawValue).joined(separator: ", ")))",
            columns.compactMap { values[$0] }.joined(separator: ", ")
        )
    }

    // MARK: A request

    /// Stores a frozen request; one that has a stamp is begun, because its first byte leaves right after the commit.
    func insert(
        _ request: FrozenRequest, journey: String, target: Target, apiKeyFingerprint: String, parent: Int64?,
        stamp: WallTime?, at now: WallTime
    ) throws -> Batch {
        assert(request.size > 0, "a request has at least one member")
        assert(request.firstID <= request.lastID, "a request spans its members' ids")
        let isBegun = stamp != nil
        try db.cachedStatement(sql: Self.requestSQL).execute(arguments: [
            journey, request.key, target.text(), apiKeyFingerprint, request.bodySHA256, request.traceparent, parent,
            request.firstID, request.lastID, request.size, isBegun ? 1 : 0, stamp?.milliseconds, now.milliseconds,
            now.milliseconds, isBegun ? now.milliseconds : nil, now.milliseconds, Data(request.members.text),
            Data(request.body),
        ])
        return Batch(
            id: db.lastInsertedRowID, journey: journey, key: request.key, target: target,
            apiKeyFingerprint: apiKeyFingerprint, traceparent: request.traceparent, parent: parent, size: request.size,
            body: request.body, members: request.members, frozenAt: now, attempt: isBegun ? 1 : 0,
            possiblyExecutedSince: stamp, possiblyExecutedBefore: nil, replays: 0)
    }

    private static let requestSQL: String = {
        let insertion = BatchTable.insertion([
            .state: "'sending'", .journey: "?", .key: "?", .target: "?", .apiKeyFingerprint: "?", .bodySHA256: "?",
            .traceparent: "?", .parent: "?", .firstID: "?", .lastID: "?", .size: "?", .attempt: "?",
            .possiblyExecutedSince: "?", .dueAt: "?", .frozenAt: "?", .sentAt: "?", .updatedAt: "?",
            .members: "CAST(? AS TEXT)", .body: "?",
        ])
        return "\(insertion.into) VALUES (\(insertion.values))"
    }()

    // MARK: A record of deliveries

    /// Gives some members of a batch a settled row of their own, under the same request: they were delivered, and the
    /// batch's own row stays for the others.
    ///
    /// - Parameter resolution: the operator's decision, which is noted as the last answer; nil when the API's answer
    ///   proved the deliveries.
    /// - Returns: the new row's id.
    func insertRecord(
        of batch: Batch, members: MemberList, size: Int, outcome: BatchOutcome, resolution: String?, at now: WallTime
    ) throws -> Int64 {
        assert(size > 0 && size < batch.size, "some members of a batch get a row of their own")
        assert(members.count == size, "a batch lists as many members as its size says")
        var arguments: StatementArguments = [
            "size": size, "now": now.milliseconds, "outcome": outcome.rawValue, "members": Data(members.text),
            "id": batch.id,
        ]
        if let resolution { arguments += ["resolution": resolution] }
        try db.execute(sql: resolution == nil ? Self.provenSQL : Self.resolvedSQL, arguments: arguments)
        return db.lastInsertedRowID
    }

    private static let provenSQL = recordSQL(stamp: nil, answers: "answers")
    private static let resolvedSQL = recordSQL(
        stamp: Column.possiblyExecutedSince.rawValue, answers: answersWithResolution)

    private static func recordSQL(stamp: String?, answers: String) -> String {
        let copied: [Column] = [
            .journey, .key, .target, .apiKeyFingerprint, .bodySHA256, .traceparent, .firstID, .lastID, .attempt, .dueAt,
            .frozenAt, .sentAt, .code, .message, .requestID,
        ]
        var columns = Dictionary(uniqueKeysWithValues: copied.map { ($0, $0.rawValue) })
        columns[.possiblyExecutedSince] = stamp
        columns.merge([
            .state: "'settled'", .parent: "id", .size: ":size", .settledAt: ":now", .updatedAt: ":now",
            .outcome: ":outcome", .answers: answers, .members: "CAST(:members AS TEXT)",
        ]) { $1 }
        let insertion = BatchTable.insertion(columns)
        return "\(insertion.into) SELECT \(insertion.values) FROM outbox_batch WHERE id = :id"
    }

    /// The answers so far and, last, what an operator decided: of the arguments `:now` and `:resolution`.
    static let answersWithResolution = """
        json_insert(answers, '$[#]', json_object('attempt', attempt, 'at', :now, 'status', NULL, \
        'code', :resolution, 'message', NULL, 'request_id', NULL))
        """

    // MARK: A delivery that only the ledger knows

    /// Gives intents that were delivered before their database was restored a settled row: their request is lost.
    ///
    /// - Parameter ids: of one journey, as a JSON array.
    /// - Returns: how many of them are in the table.
    func insertAdopted(_ ids: String, from table: IntentTable, _ reason: Rejection, at now: WallTime) throws -> Int {
        let none = Target(url: "", journey: 0, entrance: nil, version: "")
        let insertion = BatchTable.insertion([
            .state: "'settled'", .journey: "journey", .key: "'adopted'", .target: ":target", .apiKeyFingerprint: "''",
            .bodySHA256: "''", .firstID: "min(id)", .lastID: "max(id)", .size: "count(*)", .attempt: "0",
            .dueAt: ":now", .frozenAt: ":now", .settledAt: ":now", .updatedAt: ":now", .outcome: ":outcome",
            .code: ":code", .message: ":message", .members: "json_group_array(\(MemberColumn.array(of: table)))",
        ])
        try db.execute(
            sql: """
                \(insertion.into) SELECT \(insertion.values) FROM \(table.rawValue)
                WHERE id IN (SELECT value FROM json_each(:ids)) GROUP BY journey
                """,
            arguments: [
                "target": none.text(), "now": now.milliseconds, "outcome": BatchOutcome.resolved.rawValue,
                "code": reason.code, "message": reason.message, "ids": ids,
            ])
        guard db.changesCount > 0 else { return 0 }
        assert(db.changesCount == 1, "the intents are of one journey")
        return try Int.fetchOne(
            db, sql: "SELECT size FROM outbox_batch WHERE id = ?", arguments: [db.lastInsertedRowID]) ?? 0
    }
}
