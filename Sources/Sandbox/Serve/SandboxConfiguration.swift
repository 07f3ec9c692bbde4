import Foundation

/// The initial configuration of a sandbox.
///
/// All its memory is bounded: bodies by `bodyBytesMax`, the log in memory by `logRecordsMax`, the idempotency cache by
/// `cacheEntriesMax` (a new key then gets 503, and no entry is removed before its lifetime ends), and the rate windows
/// by their limits. The log file has no bound.
public struct SandboxConfiguration: Sendable {
    /// The port on the loopback interface. 0 selects a free port.
    public var port: Int
    public var apiKeys: Set<String>
    /// The keys that may read but not trigger. A trigger call gets 403.
    public var readOnlyKeys: Set<String> = []
    public var journeys: [SandboxJourney]
    public var rate: [SandboxRateLimit]
    public var faults: SandboxFaults
    /// The seed of the request ids and random faults.
    public var seed: UInt64
    /// The path of the log file; nil keeps the log in memory only.
    public var logFile: String?
    /// Whether requests are logged, and not only effects.
    public var requestLog: Bool
    public var dialect: SandboxDialect
    /// The number of entrances before calls get 402; nil means no limit.
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

/// The clock of the sandbox.
public struct SandboxClock: Sendable {
    /// The current time in Unix milliseconds.
    public var now: @Sendable () -> Int64
    /// Waits for a number of milliseconds. It returns early when the task is cancelled.
    public var pause: @Sendable (Int) async -> Void

    public init(now: @escaping @Sendable () -> Int64, pause: @escaping @Sendable (Int) async -> Void) {
        self.now = now
        self.pause = pause
    }

    /// The clock of the system.
    public static let system = SandboxClock(
        now: { Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)) },
        pause: { milliseconds in try? await Task.sleep(for: .milliseconds(milliseconds)) }
    )
}
