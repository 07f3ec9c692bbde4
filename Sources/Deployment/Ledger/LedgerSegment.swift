import Foundation

/// One file of the ledger, cut by day: named by the day it was begun and a number that only rises.
///
/// What a person has said was delivered stands in files of its own, since a command writes them beside the worker.
struct LedgerSegment: Comparable {
    /// Where a segment ends though the day does not.
    static let bytesMax = 64 << 20

    let day: String
    let number: Int
    /// Whether it is a person's word, and says nothing of how far the worker has come.
    let isResolved: Bool

    var name: String { "ledger-\(day)-\(String(format: "%08d", number))" + (isResolved ? Self.resolvedEnd : "") }

    private static let resolvedEnd = "-resolved"

    init(day: String, number: Int, isResolved: Bool = false) {
        self.day = day
        self.number = number
        self.isResolved = isResolved
    }

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

    /// A day in UTC, such as `20260612`.
    static func day(_ date: Date) -> String {
        var seconds = time_t(date.timeIntervalSince1970)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return String(format: "%04d%02d%02d", Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday))
    }

    /// The segments of a folder, oldest first.
    static func all(in folder: String) throws -> [LedgerSegment] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).compactMap(Self.init(name:)).sorted()
        } catch {
            throw StateFailure(path: folder, reason: error.localizedDescription)
        }
    }
}
