/// The append-only log: every line in the file, when there is one, and the newest in memory.
///
/// Memory holds at most `recordsMax` records; beyond that the oldest tenth goes. The file has no bound.
public struct SandboxLog: Sendable {
    private let file: LogFile?
    private let recordsMax: Int
    /// Of contiguous sequence numbers.
    private var records: [SandboxRecord] = []

    /// Throws when the file cannot be opened; without a path the log is in memory only.
    public init(path: String?, recordsMax: Int) throws(SandboxLogFailure) {
        if let path {
            file = try LogFile(path: path)
        } else {
            file = nil
        }
        self.recordsMax = max(10, recordsMax)
    }

    /// Appends records in one write; once it returns, the file holds them.
    public mutating func append(_ added: [SandboxRecord]) throws(SandboxLogFailure) {
        guard !added.isEmpty else { return }
        if let file {
            try file.append(added.map { $0.line + "\n" }.joined())
        }
        records += added
        if records.count > recordsMax {
            records.removeFirst(records.count - recordsMax + recordsMax / 10)
        }
    }

    /// The records still in memory from a sequence number on.
    public func records(from sequence: Int64) -> ArraySlice<SandboxRecord> {
        guard let first = records.first else { return [] }
        let start = max(0, min(Int64(records.count), sequence - first.sequence))
        return records[Int(start)...]
    }
}
