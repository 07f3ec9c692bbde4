/// Notices that somebody keeps the write-ahead log from being used again, so that it grows and grows.
///
/// Pure: what checkpoints found goes in. A log that is small, or that is copied further each time, is nobody's concern.
struct LogWatch: Sendable {
    /// How long no page was copied before that is reported.
    static let patience: Duration = .seconds(60)
    /// How long a report holds good.
    static let reportInterval: Duration = .seconds(600)

    /// A log below this size is not reported.
    let bytesMin: Int
    private var copiedPages: Int?
    private var stuckSince: Duration?
    private var reportedAt: Duration?

    init(bytesMin: Int = 64 << 20) {
        self.bytesMin = bytesMin
    }

    /// Since when the log has been pinned; nil while it is nobody's concern.
    private(set) var pinnedSince: Duration?

    /// Whether the log is to be reported now.
    mutating func isPinned(_ log: WriteAheadLog, at now: Duration) -> Bool {
        let isStuck = log.copiedPages < log.pages && log.copiedPages == copiedPages
        copiedPages = log.copiedPages
        guard isStuck else {
            (stuckSince, pinnedSince) = (nil, nil)
            return false
        }
        let since = stuckSince ?? now
        stuckSince = since
        guard log.bytes >= bytesMin, now - since >= Self.patience else { return false }
        pinnedSince = since
        if let reportedAt, now - reportedAt < Self.reportInterval { return false }
        reportedAt = now
        return true
    }
}
