import Delivery

/// What a worker stores about itself in the database when it starts.
///
/// The record names the last worker. It does not tell whether that worker still runs: see `WorkerPresence`.
public struct WorkerRecord: Sendable, Equatable, Codable {
    public var pid: Int
    public var version: String
    /// When the worker took over the outbox.
    public var since: WallTime

    public init(pid: Int, version: String, since: WallTime) {
        self.pid = pid
        self.version = version
        self.since = since
    }

    private enum CodingKeys: CodingKey {
        case pid, version, since
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        pid = try values.decode(Int.self, forKey: .pid)
        version = try values.decode(String.self, forKey: .version)
        since = WallTime(milliseconds: try values.decode(Int64.self, forKey: .since))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(pid, forKey: .pid)
        try values.encode(version, forKey: .version)
        try values.encode(since.milliseconds, forKey: .since)
    }
}

/// The worker that holds the worker's lock of a database, and one that waits for the lock.
public struct WorkerPresence: Sendable, Equatable {
    /// The process id of the worker that holds the lock, as text, which can be empty; nil when no worker holds it.
    public var holder: String?
    /// The process id of a standby worker, 0 when it is unknown; nil when no worker stands by.
    public var standby: Int?

    public init(holder: String? = nil, standby: Int? = nil) {
        self.holder = holder
        self.standby = standby
    }

    public var isRunning: Bool { holder != nil }
}
