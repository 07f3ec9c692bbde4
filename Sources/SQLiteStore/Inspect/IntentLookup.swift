import Delivery
import GRDB

/// Finds one intent by its id, wherever it is unfinished, dead or cancelled.
struct IntentLookup {
    let db: Database
    let now: WallTime

    /// The intent; nil when it was delivered, pruned, or never was.
    func find(_ id: Int64) throws -> IntentRecord? {
        for place in IntentPlace.allCases {
            let columns = IntentColumns(place: place).list
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: place.isBatch
                        ? """
                        SELECT \(columns) FROM outbox_batch AS batch, json_each(batch.members) AS member
                        WHERE \(place.condition(at: now)) AND first_id <= ?1 AND last_id >= ?1
                          AND \(MemberColumn.id.sql) = ?1
                        """ : "SELECT \(columns) FROM \(place.table) WHERE id = ?1 AND \(place.condition(at: now))"),
                arguments: [id])
            if let row { return IntentRecord(row, state: place.state) }
        }
        return nil
    }
}
