import Delivery
import Foundation
import GRDB

/// The rows of `outbox_batch`: written when a request is frozen, read back when a worker takes over.
struct BatchTable {
    private static let sentMax = 20_000

    let db: Database

    /// Stores a frozen request; one that has a stamp is begun, because its first byte leaves right after the commit.
    func insert(
        _ request: FrozenRequest, journey: String, target: Target, apiKeyFingerprint: String, parent: Int64?,
        stamp: WallTime?, at now: WallTime
    ) throws -> Batch {
        let isBegun = stamp != nil
        try db.cachedStatement(
            sql: """
                INSERT INTO outbox_batch (state, journey, key, target, api_key_fingerprint, body_sha256, traceparent,
                  parent_id, first_id, last_id, size, attempt, possibly_executed_since, due_at, frozen_at, sent_at,
                  updated_at, members, body)
                VALUES ('sending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?)
                """
        ).execute(arguments: [
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

    /// Begins the next attempt: committed before a byte of it leaves. Nil when the batch is not where it was.
    func begin(_ batch: Batch, at now: WallTime, stamp: WallTime) throws -> Batch? {
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

    /// When the attempts after a time began, or earlier ones of the same batch were answered; at most as many as any
    /// window counts.
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

    /// When those of these batches were sent last whose latest attempt nothing was written down for: their next attempt
    /// takes the place of that time.
    func sentUnanswered(_ batches: [Batch]) throws -> [WallTime] {
        let unanswered = batches.filter { $0.crashes > 0 }
        guard !unanswered.isEmpty else { return [] }
        let statement = try db.cachedStatement(sql: "SELECT sent_at FROM outbox_batch WHERE id = ?")
        return try unanswered.compactMap { try Int64.fetchOne(statement, arguments: [$0.id]) }
            .map(WallTime.init(milliseconds:))
    }

    /// Whether one of these is still being sent.
    func isSending(_ ids: [Int64]) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT state FROM outbox_batch WHERE id = ?")
        return try ids.contains { try String.fetchOne(statement, arguments: [$0]) == BatchState.sending.rawValue }
    }

    func find(_ id: Int64) throws -> Batch? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM outbox_batch WHERE id = ?"), arguments: [id])
            .map(Self.batch)
    }

    private struct Answered: Decodable {
        let attempt: Int
        let at: Int64
    }

    private static func answers(_ row: Row) throws -> [Answered] {
        try JSONDecoder().decode([Answered].self, from: Data((row["answers"] as String).utf8))
    }

    /// Attempts since the last one that an answer, or a silence, was written down for.
    private static func unanswered(_ row: Row) throws -> Int {
        (row["attempt"] as Int) - (try answers(row).last?.attempt ?? 0)
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
}
