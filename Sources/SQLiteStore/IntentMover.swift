import Delivery
import Foundation
import GRDB

/// Moves one intent out of a batch to where it waits or rests, its payload taken from the batch's body.
struct IntentMover {
    let db: Database
    let now: WallTime
    let requestID: String?

    /// To the dead letters.
    func bury(_ member: Member, of batch: Batch, _ rejection: Rejection, attempts: Int) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_dead (id, journey, \(IntentReader.columns), state, attempts, epoch, code, message,
                  request_id, batch_id, updated_at)
                VALUES (?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), ?, ?, ?, ?, ?, ?, 'dead', ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: identity(member, of: batch)
                + [attempts, member.epoch, rejection.code, rejection.message, requestID, batch.id, now.milliseconds])
    }

    /// To wait for another turn, under its next epoch.
    func wait(_ member: Member, of batch: Batch, _ waiting: Settlement.Waiting) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_waiting (id, journey, \(IntentReader.columns), state, attempts, epoch, due_at,
                  refused_alone, code, message, request_id, batch_id, updated_at)
                VALUES (?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT), ?, ?, ?, ?, ?, ?, 'retrying', ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: identity(member, of: batch) + [
                waiting.attempts, member.epoch + 1, waiting.dueAt.milliseconds,
                waiting.isRefusedAlone ? waiting.rejection?.code : nil, waiting.rejection?.code,
                waiting.rejection?.message, waiting.rejection == nil ? nil : requestID, batch.id, now.milliseconds,
            ])
    }

    private func identity(_ member: Member, of batch: Batch) -> StatementArguments {
        [
            member.id, batch.journey, member.externalID, member.anonymousID, member.email,
            member.profile(in: batch.body).map { Data($0) }, member.data(in: batch.body).map { Data($0) },
            member.orderingKey, member.dedupKey, member.scheduledAt?.milliseconds, member.expiresAt?.milliseconds,
            member.traceparent, member.createdAt.milliseconds,
        ]
    }
}
