import Foundation
import GRDB
import Operation

/// Finds the journeys that have rows, by one index seek for each name instead of reading the rows.
struct JourneyNames {
    /// Names found in one place, at most. The bound holds also when a producer invents names.
    static let namesMax = 10_000

    let db: Database

    /// The journeys with rows in the index of a place, sorted. Some of them can have rows only in another place of it.
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

    /// The journeys with rows in any of these places, sorted.
    func names(in places: [IntentPlace]) throws -> [JourneyName] {
        var names: Set<JourneyName> = []
        var asked: Set<String> = []
        for place in places where asked.insert("\(place.table) \(place.namesCondition)").inserted {
            names.formUnion(try self.names(in: place))
        }
        return names.sorted()
    }
}

/// Read from `CAST(journey AS BLOB)`, and compared with `CAST(? AS TEXT)`.
extension JourneyName: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { bytes.databaseValue }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> JourneyName? {
        Data.fromDatabaseValue(value).map(JourneyName.init(bytes:))
    }
}
