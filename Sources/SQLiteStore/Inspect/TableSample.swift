import Delivery
import GRDB

/// Estimates how many rows of a table belong to each journey and place, from a few rows at evenly spread ids.
///
/// A window of neighbouring rows stands for its whole stretch of ids, so that gaps and shares are both accounted for.
struct TableSample {
    private static let windows: Int64 = 128
    private static let windowRows = 32

    private struct Group: Hashable {
        let journey: String
        let place: IntentPlace
    }

    private var rows: [Group: Double] = [:]

    init(db: Database, table: String, now: WallTime) throws {
        guard let first = try Int64.fetchOne(db, sql: "SELECT min(id) FROM \(table)"),
            let last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM \(table)")
        else { return }
        let places = IntentPlace.allCases.filter { $0.table == table }
        let cases = places.map { "WHEN \($0.condition(at: now)) THEN '\($0.rawValue)'" }.joined(separator: " ")
        let statement = try db.makeStatement(
            sql: """
                SELECT id, journey, CASE \(cases) END FROM \(table) WHERE id BETWEEN ? AND ? ORDER BY id
                LIMIT \(Self.windowRows)
                """)
        let width = max(1, (last - first) / Self.windows + 1)
        for start in stride(from: first, through: last, by: Int64.Stride(width)) {
            try read(Row.fetchAll(statement, arguments: [start, min(last, start + width - 1)]), start, width)
        }
    }

    /// The rows of a journey in a place, roughly.
    func count(_ journey: String, in place: IntentPlace) -> Int {
        Int((rows[Group(journey: journey, place: place)] ?? 0).rounded())
    }

    private mutating func read(_ window: [Row], _ start: Int64, _ width: Int64) throws {
        guard let end = window.last?[0] as Int64? else { return }
        let seen = window.count == Self.windowRows ? end - start + 1 : width
        let weight = Double(width) / Double(seen)
        for row in window {
            guard let name: String = row[2], let place = IntentPlace(rawValue: name) else { continue }
            rows[Group(journey: row[1], place: place), default: 0] += weight
        }
    }
}
