import Delivery
import Foundation
import GRDB

/// Everything the database knows about one intent: where it is, and every request it was in.
public struct IntentTrail: Sendable {
    /// What only the place of a waiting intent tells.
    public struct Wait: Sendable, Equatable {
        public var scheduledAt: WallTime?
        public var expiresAt: WallTime?
        public var orderingKey: String?
        /// It was refused with nobody else in its request: a success in its journey condemns it.
        public var isRefusedAlone = false
        /// Intents of its journey that go first, counted up to `aheadMax`.
        public var ahead = 0
        /// The intent of the same ordering key that goes first.
        public var laneHolder: LaneHolder?

        /// Who keeps an ordering key's lane.
        public struct LaneHolder: Sendable, Equatable {
            public var id: Int64
            /// It is a dead letter, in a journey with `on_dead: block`.
            public var isDead: Bool
        }
    }

    public static let aheadMax = 100_000

    public let id: Int64
    /// The intent where it is unfinished, dead or cancelled; nil when it was delivered, pruned, or never was.
    public let record: IntentRecord?
    public let wait: Wait
    /// The requests it was in, oldest first.
    public let batches: [BatchDetail]
    /// Of these the one that delivered it, with the intent as it was then.
    public let delivered: (batch: BatchDetail, member: Member)?
    /// The highest id that was ever given.
    public let lastID: Int64
    public let pauses: [Pause]
    public let enforcement: Enforcement

    /// Follows an intent; `onProgress` is told the share of the kept requests that was looked through.
    public init(
        of id: Int64, _ connection: OperatorConnection, at now: WallTime, onProgress: (Double) -> Void = { _ in }
    ) throws {
        self.id = id
        (record, wait, lastID, pauses, enforcement) = try connection.read { db in
            let record = try IntentLookup(db: db, now: now).find(id)
            return (
                record, try record.map { try Self.wait(db, $0, at: now) } ?? Wait(),
                try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'") ?? 0,
                try PauseTable(db: db).all(),
                try MetaTable(db: db).text(.enforcement).flatMap(Enforcement.init(rawValue:)) ?? .unproven
            )
        }
        let isUntouched = record.map { $0.state == .pending || $0.state == .scheduled } ?? !(1...max(1, lastID) ~= id)
        let search = BatchSearch(connection: connection, intent: id)
        batches = isUntouched ? [] : try search.find(onProgress: onProgress)
        delivered = Self.delivery(of: id, in: batches)
    }

    private static func delivery(of id: Int64, in batches: [BatchDetail]) -> (batch: BatchDetail, member: Member)? {
        for batch in batches.reversed() where batch.record.state == .settled {
            if let member = batch.members.first(where: { $0.id == id }) { return (batch, member) }
        }
        return nil
    }

    private static func wait(_ db: Database, _ record: IntentRecord, at now: WallTime) throws -> Wait {
        let tables: [(String, [IntentState])] = [
            ("outbox", [.pending, .scheduled]), ("outbox_waiting", [.retrying, .blocked]),
        ]
        guard let table = tables.first(where: { $0.1.contains(record.state) })?.0 else { return Wait() }
        let refused = table == "outbox" ? "NULL" : "refused_alone"
        let row = try Row.fetchOne(
            db, sql: "SELECT scheduled_at, expires_at, ordering_key, \(refused) FROM \(table) WHERE id = ?",
            arguments: [record.id])
        guard let row else { return Wait() }
        var wait = Wait()
        wait.scheduledAt = (row[0] as Int64?).map(WallTime.init(milliseconds:))
        wait.expiresAt = (row[1] as Int64?).map(WallTime.init(milliseconds:))
        wait.orderingKey = row[2]
        wait.isRefusedAlone = (row[3] as String?) != nil
        if record.state == .pending {
            wait.ahead =
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT count(*) FROM (SELECT 1 FROM outbox
                          WHERE journey = (SELECT journey FROM outbox WHERE id = ?1) AND scheduled_at IS NULL AND id < ?1
                          LIMIT \(aheadMax))
                        """, arguments: [record.id]) ?? 0
        }
        if record.state == .blocked, try db.tableExists("outbox_lane") {
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT open_id, is_dead FROM outbox_lane
                    WHERE (journey, ordering_key) = (SELECT journey, ordering_key FROM outbox_waiting WHERE id = ?)
                    ORDER BY open_id LIMIT 1
                    """, arguments: [record.id])
            wait.laneHolder = row.map { Wait.LaneHolder(id: $0[0], isDead: $0[1]) }
        }
        return wait
    }
}
