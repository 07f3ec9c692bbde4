import Delivery
import Foundation
import GRDB

/// The rows of `outbox_batch`, as a worker reads them back and begins their attempts.
///
/// `BatchTable+Insertion` has the statements that insert rows, `SettlementWriter` those that settle them.
struct BatchTable {
    /// How many times `sent` returns at most: more than any rate window counts.
    private static let sentMax = 20_000

    let db: Database

    /// Begins the next attempt: this is committed before a byte of it leaves.
    ///
    /// - Returns: the batch with the attempt begun; nil when it is no longer sent, or not at the same attempt.
    func begin(_ batch: Batch, at now: WallTime, stamp: WallTime) throws -> Batch? {
        // The stamp is never moved forward: it is the earliest attempt that may have been executed.
        try db.cachedStatement(
            sql: """
                UPDATE outbox_batch SET attempt = attempt + 1, stamp_before = possibly_executed_since,
                  possibly_executed_since = coalesce(possibly_executed_since, ?4), sent_at = ?1, updated_at = ?1
                WHERE id = ?2 AND attempt = ?3 AND state = 'sending'
                """
        ).execute(arguments: [now.milliseconds, batch.id, batch.attempt, stamp.milliseconds])
        guard db.changesCount == 1 else { return nil }
        var begun = batch
        begun.attempt += 1
        begun.possiblyExecutedBefore = batch.possiblyExecutedSince
        begun.possiblyExecutedSince = batch.possiblyExecutedSince ?? stamp
        return begun
    }

    // MARK: Reading

    /// The open batches of a state, whole, oldest first; the second condition is what the partial index asks for.
    ///
    /// The state is written out: an argument that a partial index depends on makes SQLite compile the statement anew.
    func all(in state: BatchState) throws -> [Batch] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT * FROM outbox_batch WHERE state = '\(state.rawValue)' AND state <> 'settled' ORDER BY id
                    """)
        ).map(Self.batch)
    }

    /// Whether one of these is still being sent.
    func isSending(_ ids: [Int64]) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT state FROM outbox_batch WHERE id = ?")
        return try ids.contains { try String.fetchOne(statement, arguments: [$0]) == BatchState.sending.rawValue }
    }

    /// One batch, whole; nil when there is none of that id.
    func find(_ id: Int64) throws -> Batch? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM outbox_batch WHERE id = ?"), arguments: [id])
            .map(Self.batch)
    }

    private static func batch(_ row: Row) throws -> Batch {
        let members: String = row["members"]
        return Batch(
            id: row["id"], journey: row["journey"], key: row["key"], target: try Target(text: row["target"]),
            apiKeyFingerprint: row["api_key_fingerprint"], traceparent: row["traceparent"], parent: row["parent_id"],
            size: row["size"], body: Array((row["body"] as Data?) ?? Data()),
            members: MemberList(text: Array(members.utf8)),
            frozenAt: WallTime(milliseconds: row["frozen_at"]), attempt: row["attempt"],
            possiblyExecutedSince: (row["possibly_executed_since"] as Int64?).map(WallTime.init(milliseconds:)),
            possiblyExecutedBefore: (row["stamp_before"] as Int64?).map(WallTime.init(milliseconds:)),
            replays: row["replays"],
            crashes: try unanswered(row))
    }

    // MARK: When requests were sent

    /// When the attempts after a time began, or earlier attempts of the same batches were answered: the latest first,
    /// at most `sentMax`.
    func sent(after time: WallTime) throws -> [WallTime] {
        let columns =
            "SELECT sent_at, attempt, CASE WHEN attempt > 1 THEN answers ELSE '[]' END AS answers FROM outbox_batch"
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT * FROM (\(columns) WHERE state = 'settled' AND settled_at > ?1
                      UNION ALL \(columns) WHERE state <> 'settled')
                    WHERE sent_at > ?1 ORDER BY sent_at DESC LIMIT \(Self.sentMax)
                    """), arguments: [time.milliseconds])
        var times: [WallTime] = []
        while let row = try rows.next() {
            times.append(WallTime(milliseconds: row["sent_at"]))
            guard row["attempt"] as Int > 1 else { continue }
            let earlier = try Self.answers(row).filter { $0.attempt < row["attempt"] }
            times += earlier.map { WallTime(milliseconds: $0.at) }.filter { $0 > time }
        }
        return Array(times.sorted(by: >).prefix(Self.sentMax))
    }

    /// When those of these batches were sent last that have no record of an outcome for their latest attempt: their
    /// next attempt overwrites that time.
    func sentUnanswered(_ batches: [Batch]) throws -> [WallTime] {
        let unanswered = batches.filter { $0.crashes > 0 }
        guard !unanswered.isEmpty else { return [] }
        let statement = try db.cachedStatement(sql: "SELECT sent_at FROM outbox_batch WHERE id = ?")
        return try unanswered.compactMap { try Int64.fetchOne(statement, arguments: [$0.id]) }
            .map(WallTime.init(milliseconds:))
    }

    private struct RecordedAnswer: Decodable {
        let attempt: Int
        let at: Int64
    }

    private static func answers(_ row: Row) throws -> [RecordedAnswer] {
        try JSONDecoder().decode([RecordedAnswer].self, from: Data((row["answers"] as String).utf8))
    }

    /// Attempts since the last one whose outcome, an answer or none, is recorded.
    private static func unanswered(_ row: Row) throws -> Int {
        (row["attempt"] as Int) - (try answers(row).last?.attempt ?? 0)
    }
}
