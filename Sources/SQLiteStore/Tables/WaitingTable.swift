import Delivery
import GRDB

/// Moves intents into `outbox_waiting`: the only statements that insert there.
struct WaitingTable {
    let db: Database
    let now: WallTime

    private static let columns = """
        id, journey, \(IntentColumn.given), state, attempts, epoch, due_at, refused_alone, code, message, request_id, \
        batch_id, updated_at
        """

    /// A member of a batch waits for another turn, under its next epoch; its payload is taken from the batch's body.
    func insert(_ member: Member, of batch: Batch, _ waiting: Settlement.Waiting, requestID: String?) throws {
        assert(waiting.attempts >= member.attempts, "an intent's attempts never decrease")
        assert(!waiting.isRefusedAlone || waiting.rejection != nil, "an intent that was refused has a reason")
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_waiting (\(Self.columns))
                VALUES (\(Member.givenPlaceholders), 'retrying', ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: member.givenArguments(of: batch) + [
                waiting.attempts, member.epoch + 1, waiting.dueAt.milliseconds,
                waiting.isRefusedAlone ? waiting.rejection?.code : nil, waiting.rejection?.code,
                waiting.rejection?.message, waiting.rejection == nil ? nil : requestID, batch.id, now.milliseconds,
            ])
    }

    /// An intent of the outbox waits behind the one that holds its lane.
    func insertBlocked(_ id: Int64) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_waiting (\(Self.columns))
                SELECT id, journey, \(IntentColumn.given), 'blocked', 0, 0, min(?1, \(Self.givenTime)), NULL, NULL,
                  NULL, NULL, NULL, ?1
                FROM outbox WHERE id = ?2
                """
        ).execute(arguments: [now.milliseconds, id])
        assert(db.changesCount == 1, "the intent is in the table that it leaves")
    }

    /// A waiting intent goes behind the one that holds its lane.
    func block(_ id: Int64) throws {
        try db.cachedStatement(
            sql: """
                UPDATE outbox_waiting SET state = 'blocked', updated_at = ?1, due_at = min(due_at, \(Self.givenTime))
                WHERE id = ?2
                """
        ).execute(arguments: [now.milliseconds, id])
    }

    /// A dead letter waits again, due now and under its next epoch; false when it is no dead letter.
    func insertRetried(_ id: Int64) throws -> Bool {
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_waiting (\(Self.columns))
                SELECT id, journey, \(IntentColumn.given), 'retrying', 0, epoch + 1, ?1, NULL, NULL, NULL, NULL,
                  batch_id, ?1
                FROM outbox_dead WHERE id = ?2 AND state = 'dead'
                """
        ).execute(arguments: [now.milliseconds, id])
        return db.changesCount == 1
    }

    /// Since when an intent that waits for its lane is due: by what its producer gave, since this machine's clock may
    /// be ahead now, and corrected by the time the lane is free.
    private static let givenTime = "max(created_at, ifnull(scheduled_at, created_at))"
}
