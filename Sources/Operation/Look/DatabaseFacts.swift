import Delivery

/// Facts about the database itself, for `status` and the metrics.
public struct DatabaseFacts: Sendable, Equatable {
    public var path: String
    /// The identity of the outbox; nil until the first worker has opened the database.
    public var uuid: String?
    public var schemaVersion: Int?
    public var journalMode: String
    /// The version of the database engine that this program uses.
    public var sqliteVersion: String
    /// The size of the database without its log, in bytes.
    public var bytes: Int64
    /// The size of the write-ahead log in bytes; 0 where there is none.
    public var walBytes: Int64
    /// Since when a reader has kept the log from being reused, as the worker measured it; nil when no reader does.
    public var walPinnedSince: WallTime?

    public init(
        path: String, uuid: String? = nil, schemaVersion: Int? = nil, journalMode: String, sqliteVersion: String,
        bytes: Int64, walBytes: Int64, walPinnedSince: WallTime? = nil
    ) {
        self.path = path
        self.uuid = uuid
        self.schemaVersion = schemaVersion
        self.journalMode = journalMode
        self.sqliteVersion = sqliteVersion
        self.bytes = bytes
        self.walBytes = walBytes
        self.walPinnedSince = walPinnedSince
    }
}
