import Delivery
import Foundation
import GRDB

/// Moves intents into `outbox_dead`: the only statements that insert there.
///
/// The triggers of `outbox_dead` hand the intent's lane on, so that rows are moved one by one: a lane must not go to an
/// intent that is about to leave as well.
struct DeadTable {
    let db: Database
    let now: WallTime

    private static let columns = """
        id, journey, \(IntentColumn.given), state, attempts, epoch, code, message, request_id, batch_id, updated_at
        """

    /// A member of a batch ends as a dead letter; its payload is taken from the batch's body.
    func insert(
        _ member: Member, of batch: Batch, _ rejection: Rejection, attempts: Int, requestID: String?
    ) throws {
        assert(attempts >= member.attempts, "an intent's attempts never decrease")
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_dead (\(Self.columns))
                VALUES (\(Member.givenPlaceholders), 'dead', ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: member.givenArguments(of: batch)
                + [attempts, member.epoch, rejection.code, rejection.message, requestID, batch.id, now.milliseconds])
    }

    /// An intent that is a row of its own ends as a dead letter, for a reason of the worker's or the operator's.
    func insert(_ id: Int64, from table: IntentTable, _ reason: Rejection) throws {
        // An intent keeps what is known of its past: its attempts, its epoch, its latest request and batch.
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_dead (\(Self.columns))
                SELECT id, journey, \(IntentColumn.given), 'dead', \(Self.counts(of: table)), ?1, ?2,
                  \(table == .outbox ? "NULL" : "request_id"), \(IntentColumn.previousBatch.value(in: table)), ?3
                FROM \(table.rawValue) WHERE id = ?4
                """
        ).execute(arguments: [reason.code, reason.message, now.milliseconds, id])
        assert(db.changesCount == 1, "the intent is in the table that it leaves")
    }

    /// A waiting intent ends as a dead letter, for the reason that it was refused for.
    func insertRefused(_ id: Int64) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_dead (\(Self.columns))
                SELECT id, journey, \(IntentColumn.given), 'dead', \(Self.counts(of: .waiting)), code, message,
                  request_id, batch_id, ?1
                FROM outbox_waiting WHERE id = ?2
                """
        ).execute(arguments: [now.milliseconds, id])
        assert(db.changesCount == 1, "the intent is in the table that it leaves")
    }

    private static func counts(of table: IntentTable) -> String {
        "\(IntentColumn.attempts.value(in: table)), \(IntentColumn.epoch.value(in: table))"
    }
}

extension Member {
    /// For the intent's id, its journey, and what its producer gave; stored JSON is bound as bytes and stays text.
    static let givenPlaceholders =
        (["?", "?"] + IntentColumn.givenColumns.map { $0 == .profile || $0 == .data ? "CAST(? AS TEXT)" : "?" })
        .joined(separator: ", ")

    /// The values of `givenPlaceholders`.
    func givenArguments(of batch: Batch) -> StatementArguments {
        StatementArguments([id, batch.journey] + IntentColumn.givenColumns.map { value(of: $0, in: batch) })
    }

    private func value(of column: IntentColumn, in batch: Batch) -> (any DatabaseValueConvertible)? {
        switch column {
        case .externalID: externalID
        case .anonymousID: anonymousID
        case .email: email
        case .profile: profile(in: batch.body).map { Data($0) }
        case .data: data(in: batch.body).map { Data($0) }
        case .orderingKey: orderingKey
        case .dedupKey: dedupKey
        case .scheduledAt: scheduledAt?.milliseconds
        case .expiresAt: expiresAt?.milliseconds
        case .traceparent: traceparent
        case .createdAt: createdAt.milliseconds
        case .id, .attempts, .epoch, .previousBatch, .isRefusedAlone: nil
        }
    }
}
