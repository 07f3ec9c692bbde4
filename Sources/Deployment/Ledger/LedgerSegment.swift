import Foundation

/// One file of the ledger, named by the day on which it was started and by a number that only rises.
///
/// The deliveries that an operator confirmed are in segments of their own, because a command writes them while the
/// worker writes its own segment.
struct LedgerSegment: Comparable {
    /// The size from which a new segment is started on the same day.
    static let bytesMax = 64 << 20

    let day: String
    let number: Int
    /// Whether an operator's command wrote it. Such a segment contains no marks of the worker.
    let isResolved: Bool

    var name: String { "ledger-\(day)-\(String(format: "%08d", number))" + (isResolved ? Self.resolvedEnd : "") }

    private static let resolvedEnd = "-resolved"

    init(day: String, number: Int, isResolved: Bool = false) {
        self.day = day
        self.number = number
        self.isResolved = isResolved
    }

    /// The segment of a file name; nil when the name is not that of a segment.
    init?(name: String) {
        let isResolved = name.hasSuffix(Self.resolvedEnd)
        let stem = isResolved ? name.dropLast(Self.resolvedEnd.count) : name[...]
        let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "ledger", parts[1].count == 8, let number = Int(parts[2]) else {
            return nil
        }
        self.init(day: String(parts[1]), number: number, isResolved: isResolved)
    }

    static func < (left: LedgerSegment, right: LedgerSegment) -> Bool { left.number < right.number }

    /// The day of a date in UTC, such as `20260612`.
    static func day(_ date: Date) -> String {
        var seconds = time_t(date.timeIntervalSince1970)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return String(format: "%04d%02d%02d", Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday))
    }

    /// The segments in a folder, the oldest first.
    ///
    /// - Throws: `StateFailure` when the folder cannot be read.
    static func all(in folder: String) throws -> [LedgerSegment] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).compactMap(Self.init(name:)).sorted()
        } catch {
            throw StateFailure(path: folder, reason: error.localizedDescription)
        }
    }
}
