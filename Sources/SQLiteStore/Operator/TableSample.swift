import Delivery
import GRDB
import Operation

/// Estimates the number of rows of each journey and place in a table, from a few rows at evenly spread ids.
///
/// The range of ids is divided into stretches, and a window of adjacent rows represents each one. The estimate thus
/// includes gaps in the ids. Windows start at scattered offsets: with fixed ones, producers that insert in turns would
/// distort the estimate.
struct TableSample {
    private static let windows: Int64 = 160
    private static let windowRows = 48

    private struct Group: Hashable {
        let journey: JourneyName
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
                SELECT CAST(journey AS BLOB), place, count(*), max(id) FROM (
                  SELECT id, journey, CASE \(cases) END AS place FROM \(table) WHERE id BETWEEN ? AND ? ORDER BY id
                  LIMIT \(Self.windowRows))
                GROUP BY journey, place
                """)
        let width = max(1, (last - first) / Self.windows + 1)
        var scatter: UInt64 = 0
        for begin in stride(from: first, through: last, by: Int64.Stride(width)) {
            scatter &+= 0x9E37_79B9_7F4A_7C15
            let start = begin + Int64((scatter >> 1) % UInt64(width / 2 + 1))
            let end = begin + width - 1
            try read(Row.fetchAll(statement, arguments: [start, end]), from: start, to: end, standingFor: width)
        }
    }

    /// The estimated number of a journey's rows in a place.
    func count(_ journey: JourneyName, in place: IntentPlace) -> Int {
        Int((rows[Group(journey: journey, place: place)] ?? 0).rounded())
    }

    private mutating func read(_ window: [Row], from start: Int64, to end: Int64, standingFor width: Int64) throws {
        guard let last = window.map({ $0[3] as Int64 }).max() else { return }
        let isFull = window.reduce(0) { $0 + ($1[2] as Int) } == Self.windowRows
        let weight = Double(width) / Double((isFull ? last : end) - start + 1)
        for row in window {
            guard let name: String = row[1], let place = IntentPlace(rawValue: name) else { continue }
            rows[Group(journey: row[0], place: place), default: 0] += weight * Double(row[2] as Int)
        }
    }
}
