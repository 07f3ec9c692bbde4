/// One step of the outbox's schema: a pair of SQL files that any migration tool can run.
///
/// A step counts as applied when the objects it creates are in the database with the SQL written here. Nothing else
/// keeps book of it, so that a database which another tool has migrated is recognised.
public struct Migration: Sendable {
    /// The files' name without `.up.sql` and `.down.sql`, such as `0001_outbox_tables`.
    public let name: String
    /// The SQL that takes the step. It contains no `BEGIN`, `COMMIT` or `PRAGMA`.
    public let up: String
    /// The SQL that takes it back.
    public let down: String
    /// The tables, indexes, triggers and views the step creates, in the order in which it creates them.
    public let creates: [String]

    init(_ name: String, up: [UInt8], down: [UInt8], creates: [String]) {
        self.name = name
        self.up = String(decoding: up, as: UTF8.self)
        self.down = String(decoding: down, as: UTF8.self)
        self.creates = creates
    }
}
