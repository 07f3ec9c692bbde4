import Foundation

/// How a stand-in starts out.
///
/// Everything it keeps is bounded: bodies by `bodyBytesMax`, the log in memory by `logRecordsMax`, idempotency keys
/// by `cacheEntriesMax` (beyond it a new key is answered 503; a living entry is never dropped), rate windows by
/// their limits. The log file has no bound.
public struct SandboxConfiguration: Sendable {
    /// The loopback port; 0 takes any free one.
    public var port: Int
    public var apiKeys: Set<String>
    /// Keys that may read but not trigger: 403.
    public var readOnlyKeys: Set<String> = []
    public var journeys: [SandboxJourney]
    public var rate: [SandboxRateLimit]
    public var faults: SandboxFaults
    /// Of request ids and fault draws.
    public var seed: UInt64
    /// Where the log goes; nothing keeps it in memory only.
    public var logFile: String?
    /// Whether requests are logged beside effects.
    public var requestLog: Bool
    public var dialect: SandboxDialect
    /// The entrances that can be made before 402; nothing means no end.
    public var credit: Int?
    public var versions: Set<String> = ["2026-04-28"]
    public var requiresVersion = true
    public var bodyBytesMax = 4 * 1024 * 1024
    public var logRecordsMax = 1_000_000
    public var cacheEntriesMax = 1_000_000

    public init(
        port: Int = 0, apiKeys: Set<String> = ["sk_sandbox"], journeys: [SandboxJourney] = [SandboxJourney(id: 33)],
        rate: [SandboxRateLimit] = SandboxRateLimit.edge, faults: SandboxFaults = SandboxFaults(), seed: UInt64 = 1,
        logFile: String? = nil, requestLog: Bool = true, dialect: SandboxDialect = .entrancesCreated
    ) {
        self.port = port
        self.apiKeys = apiKeys
        self.journeys = journeys
        self.rate = rate
        self.faults = faults
        self.seed = seed
        self.logFile = logFile
        self.requestLog = requestLog
        self.dialect = dialect
    }
}

/// The time the stand-in lives by.
public struct SandboxClock: Sendable {
    /// Unix milliseconds now.
    public var now: @Sendable () -> Int64
    /// Waits so many milliseconds; returns early when the task is cancelled.
    public var pause: @Sendable (Int) async -> Void

    public init(now: @escaping @Sendable () -> Int64, pause: @escaping @Sendable (Int) async -> Void) {
        self.now = now
        self.pause = pause
    }

    /// The system's clock; a cancelled pause ends early.
    public static let system = SandboxClock(
        now: { Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)) },
        pause: { milliseconds in try? await Task.sleep(for: .milliseconds(milliseconds)) }
    )
}
