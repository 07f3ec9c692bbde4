import Operation

/// A version of SQLite, and the bugs known in it.
struct SQLiteBuild: Comparable {
    let parts: [Int]

    init(_ version: String) {
        parts = version.split(separator: ".").map { Int($0) ?? 0 }
    }

    static func < (left: SQLiteBuild, right: SQLiteBuild) -> Bool {
        left.parts.lexicographicallyPrecedes(right.parts)
    }

    /// Whether it has the WAL-reset bug: 3.7.0 to 3.51.2, fixed in 3.50.7 and 3.44.6 too
    /// (sqlite.org/wal.html, "The WAL-Reset Bug").
    var hasWALResetBug: Bool {
        if self < SQLiteBuild("3.7.0") || self >= SQLiteBuild("3.51.3") { return false }
        let isFixedBranch =
            (parts.starts(with: [3, 50]) && self >= SQLiteBuild("3.50.7"))
            || (parts.starts(with: [3, 44]) && self >= SQLiteBuild("3.44.6"))
        return !isFixedBranch
    }

    static func check(version: String, journalMode: String) -> Check {
        guard SQLiteBuild(version).hasWALResetBug else {
            return .ok("sqlite", "SQLite \(version) has no known bug that loses data")
        }
        guard journalMode == "wal" else {
            return .ok("sqlite", "SQLite \(version) has the WAL-reset bug, which does not concern this journal mode")
        }
        return .warn(
            "sqlite",
            "SQLite \(version) has the WAL-reset bug: two connections that checkpoint and write at once may lose a commit",
            "use SQLite 3.51.3, 3.50.7 or 3.44.6; until then let one process checkpoint: PRAGMA wal_autocheckpoint=0 in the others"
        )
    }
}
