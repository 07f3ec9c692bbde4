import Delivery
import GRDB
import Operation

/// One short read along one place of one journey. The number of rows read is bounded, also when few of them match.
struct IntentWindow {
    /// Rows read in one transaction, at most.
    static let rowsMax = 5_000
    /// The same for batches, each of which contains up to 100 intents.
    static let batchesMax = 100

    /// An intent, and the position of the listing after it.
    typealias Found = (record: IntentRecord, position: IntentPosition)

    let filter: IntentFilter
    let now: WallTime

    /// The matches after `position`, and the position to continue at; nil when the place was read to its end.
    func read(
        _ db: Database, after position: IntentPosition, limit: Int
    ) throws -> (found: [Found], next: IntentPosition?) {
        let place = position.place
        let end = try place.isBatch ? batchEnd(db, position) : rowEnd(db, position)
        let found =
            try place.isBatch
            ? members(db, position, end: end, limit: limit) : rows(db, position, end: end, limit: limit)
        if found.count == limit { return (found, found.last?.position) }
        return (found, end)
    }

    // MARK: Rows

    /// The last position of this window; nil when the place ends before it.
    private func rowEnd(_ db: Database, _ position: IntentPosition) throws -> IntentPosition? {
        let place = position.place
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT \(place.sortColumn ?? "id"), id FROM \(place.table)
                    WHERE journey = CAST(:journey AS TEXT) AND \(place.condition(at: now)) AND \(Self.after(place))
                    ORDER BY \(Self.order(place)) LIMIT 1 OFFSET \(Self.rowsMax - 1)
                    """),
            arguments: Self.arguments(position))
        return row.map { IntentPosition(journey: position.journey, place: place, key: $0[0], id: $0[1]) }
    }

    private func rows(_ db: Database, _ position: IntentPosition, end: IntentPosition?, limit: Int) throws -> [Found] {
        let place = position.place
        let (condition, arguments) = filter.condition(in: place)
        var all = Self.arguments(position) + arguments + ["limit": limit]
        var upTo = ""
        if let end {
            upTo = place.sortColumn.map { " AND (\($0), id) <= (:endKey, :endID)" } ?? " AND id <= :endID"
            all += place.sortColumn == nil ? ["endID": end.id] : ["endKey": end.key, "endID": end.id]
        }
        return try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT \(IntentColumns(place: place).list), \(place.sortColumn ?? "id") AS sort_key
                    FROM \(place.table)
                    WHERE journey = CAST(:journey AS TEXT) AND \(place.condition(at: now)) AND \(Self.after(place))\(upTo)\(condition)
                    ORDER BY \(Self.order(place)) LIMIT :limit
                    """),
            arguments: all
        ).map { row in
            let record = IntentRecord(row, state: place.state)
            let next = IntentPosition(journey: position.journey, place: place, key: row["sort_key"], id: record.id)
            return (record, next)
        }
    }

    private static func after(_ place: IntentPlace) -> String {
        place.sortColumn.map { "(\($0), id) > (:key, :id)" } ?? "id > :id"
    }

    private static func order(_ place: IntentPlace) -> String {
        place.sortColumn.map { "\($0), id" } ?? "id"
    }

    private static func arguments(_ position: IntentPosition) -> StatementArguments {
        position.place.sortColumn == nil && !position.place.isBatch
            ? ["journey": position.journey, "id": position.id]
            : ["journey": position.journey, "key": position.key, "id": position.id]
    }

    // MARK: Members of batches

    private func batchEnd(_ db: Database, _ position: IntentPosition) throws -> IntentPosition? {
        let id = try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT id FROM outbox_batch
                    WHERE journey = CAST(? AS TEXT) AND \(position.place.condition(at: now)) AND id > ?
                    ORDER BY id LIMIT 1 OFFSET \(Self.batchesMax - 1)
                    """),
            arguments: [position.journey, position.key])
        return id.map { IntentPosition(journey: position.journey, place: position.place, key: $0, id: .max) }
    }

    private func members(_ db: Database, _ position: IntentPosition, end: IntentPosition?, limit: Int) throws -> [Found]
    {
        let place = position.place
        let (condition, arguments) = filter.condition(in: place)
        return try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT \(IntentColumns(place: place).list), member.key AS sort_key
                    FROM outbox_batch AS batch, json_each(batch.members) AS member
                    WHERE batch.journey = CAST(:journey AS TEXT) AND \(place.condition(at: now))
                      AND batch.id >= :key AND batch.id <= :endKey AND (batch.id > :key OR member.key > :id)\(condition)
                    ORDER BY batch.id, member.key LIMIT :limit
                    """),
            arguments: Self.arguments(position) + arguments + ["endKey": end?.key ?? .max, "limit": limit]
        ).map { row in
            let record = IntentRecord(row, state: place.state)
            let next = IntentPosition(
                journey: position.journey, place: place, key: row["batch_id"], id: row["sort_key"])
            return (record, next)
        }
    }
}
