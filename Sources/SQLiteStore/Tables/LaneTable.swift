import Delivery
import Foundation
import GRDB

/// The rows of `outbox_lane`: which intent of each ordering key may travel.
///
/// A claim asks for them and adds the missing ones. A lane is closed when its intent ends; the schema's triggers then
/// give it to the oldest intent of the key that is left.
struct LaneTable {
    let db: Database
    let journey: String
    /// By key: the intents that hold the lane, as stored or as found by this claim.
    private var holders: [[UInt8]: [Int64]] = [:]
    private var found: [(key: [UInt8], id: Int64)] = []

    init(db: Database, journey: String) {
        self.db = db
        self.journey = journey
    }

    /// Whether the row may travel: it has no key, or all older ones of its key have ended.
    mutating func admit(_ row: IntentRow) throws -> Bool {
        guard let key = row.orderingKey.map({ Array($0) }) else { return true }
        if let known = holders[key] { return known.contains(row.id) }
        var ids = try Int64.fetchAll(
            db.cachedStatement(
                sql: "SELECT open_id FROM outbox_lane WHERE journey = ? AND ordering_key = CAST(? AS TEXT)"),
            arguments: [journey, Data(key)])
        if ids.isEmpty {
            // The row itself is still in its table, so that there is one.
            let oldest = try oldest(key) ?? row.id
            found.append((key, oldest))
            ids = [oldest]
        }
        holders[key] = ids
        return ids.contains(row.id)
    }

    /// Stores the lanes that this claim has found without a holder.
    func open() throws {
        for (key, id) in found {
            try db.cachedStatement(
                sql: "INSERT INTO outbox_lane (journey, ordering_key, open_id) VALUES (?, CAST(? AS TEXT), ?)"
            ).execute(arguments: [journey, Data(key), id])
            assert(db.changesCount == 1, "a lane that was found without a holder gets one")
        }
    }

    /// The oldest intent of a key that has not begun to travel, due or not.
    private func oldest(_ key: [UInt8]) throws -> Int64? {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT min(id) FROM (
                      SELECT id FROM (SELECT id FROM outbox
                        WHERE journey = ?1 AND ordering_key = CAST(?2 AS TEXT) ORDER BY id LIMIT 1)
                      UNION ALL
                      SELECT id FROM (SELECT id FROM outbox_waiting
                        WHERE journey = ?1 AND ordering_key = CAST(?2 AS TEXT) ORDER BY id LIMIT 1))
                    """),
            arguments: [journey, Data(key)])
    }

    // MARK: Ends that fire no trigger

    /// Closes the lanes that delivered intents held.
    static func close(_ ids: some Sequence<Int64>, _ db: Database) throws {
        let statement = try db.cachedStatement(sql: "DELETE FROM outbox_lane WHERE open_id = ?")
        for id in ids { try statement.execute(arguments: [id]) }
    }

    /// Closes lanes that dead letters kept until the configuration changed: at most `max` at a time.
    ///
    /// - Returns: whether there were any.
    func closeDead(max: Int) throws -> Bool {
        try db.cachedStatement(
            sql: """
                DELETE FROM outbox_lane WHERE open_id IN (
                  SELECT open_id FROM outbox_lane INDEXED BY outbox_lane_dead WHERE journey = ? AND is_dead = 1 LIMIT ?)
                """
        ).execute(arguments: [journey, max])
        return db.changesCount > 0
    }

    /// Stores what the configuration says about dead letters.
    ///
    /// - Returns: the journeys whose dead letters block no longer.
    static func store(_ onDead: [String: Journey.OnDead], _ db: Database) throws -> Set<String> {
        guard !onDead.isEmpty else { return [] }
        let stored = try String.fetchSet(db.cachedStatement(sql: "SELECT journey FROM outbox_blocking"))
        for (journey, policy) in onDead where (policy == .block) != stored.contains(journey) {
            let sql =
                policy == .block
                ? "INSERT INTO outbox_blocking (journey) VALUES (?)" : "DELETE FROM outbox_blocking WHERE journey = ?"
            try db.execute(sql: sql, arguments: [journey])
        }
        return stored.filter { onDead[$0] == .continue }
    }
}
