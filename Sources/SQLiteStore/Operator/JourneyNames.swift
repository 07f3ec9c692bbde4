import GRDB
import Operation

/// Finds which journeys have rows, by one index seek for each name instead of a walk over the rows.
struct JourneyNames {
    /// Names found in one place, at most; a producer that makes up names must not make a look endless.
    static let namesMax = 10_000

    let db: Database

    /// The journeys with rows in a place or beside it in the same index, in order.
    func names(in place: IntentPlace, most: Int = namesMax) throws -> [JourneyName] {
        let rows = "FROM \(place.table) WHERE \(place.namesCondition)"
        return try JourneyName.fetchAll(
            db.cachedStatement(
                sql: """
                    WITH RECURSIVE names (journey) AS (
                      SELECT * FROM (SELECT journey \(rows) AND journey > '' ORDER BY journey LIMIT 1)
                      UNION ALL
                      SELECT (SELECT journey \(rows) AND journey > names.journey ORDER BY journey LIMIT 1)
                      FROM names WHERE names.journey IS NOT NULL
                      LIMIT ?
                    )
                    SELECT CAST(journey AS BLOB) FROM names WHERE journey IS NOT NULL
                    """), arguments: [most])
    }

    /// The journeys with rows in any of these places, in order.
    func names(in places: [IntentPlace]) throws -> [JourneyName] {
        var names: Set<JourneyName> = []
        var asked: Set<String> = []
        for place in places where asked.insert("\(place.table) \(place.namesCondition)").inserted {
            names.formUnion(try self.names(in: place))
        }
        return names.sorted()
    }
}
