/// Detects that a reader prevents the write-ahead log from being used again, so that the log grows without limit.
///
/// It is a pure value that takes the results of checkpoints. A small log, or one of which each checkpoint copies more pages,
/// is not reported.
struct LogWatch: Sendable {
    /// How long no page must have been copied before the log is reported.
    static let reportDelay: Duration = .seconds(60)
    /// The shortest time between two reports.
    static let reportInterval: Duration = .seconds(600)

    /// A log with fewer bytes is not reported.
    let bytesMin: Int
    private var copiedPages: Int?
    private var stuckSince: Duration?
    private var reportedAt: Duration?

    init(bytesMin: Int = 64 << 20) {
        self.bytesMin = bytesMin
    }

    /// Since when a reader has prevented the log from being used again; nil while nothing is to be reported.
    private(set) var pinnedSince: Duration?

    /// Takes the result of a checkpoint, and returns whether the log is to be reported now.
    mutating func shouldReport(_ log: WriteAheadLog, at now: Duration) -> Bool {
        assert(log.copiedPages <= log.pages, "a checkpoint copies no more pages than the log has")
        let isStuck = log.copiedPages < log.pages && log.copiedPages == copiedPages
        copiedPages = log.copiedPages
        guard isStuck else {
            (stuckSince, pinnedSince) = (nil, nil)
            return false
        }
        let since = stuckSince ?? now
        stuckSince = since
        guard log.bytes >= bytesMin, now - since >= Self.reportDelay else { return false }
        pinnedSince = since
        if let reportedAt, now - reportedAt < Self.reportInterval { return false }
        reportedAt = now
        return true
    }
}
