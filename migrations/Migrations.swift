/// The migrations of the outbox, compiled in from the SQL files in this directory.
public enum Migrations {
    /// All migrations in the order in which they are applied. They are reverted in the opposite order.
    public static let all: [Migration] = [
        Migration(
            "0001_outbox_tables",
            up: PackageResources._001_outbox_tables_up_sql,
            down: PackageResources._001_outbox_tables_down_sql,
            creates: [
                "outbox_meta", "outbox", "outbox_ready", "outbox_scheduled", "outbox_dedup", "outbox_waiting",
                "outbox_waiting_due", "outbox_waiting_refused", "outbox_dead", "outbox_dead_ended",
                "outbox_dead_journey", "outbox_batch", "outbox_batch_open", "outbox_batch_settled", "outbox_journey",
                "outbox_pause",
            ]
        ),
        Migration(
            "0002_outbox_guard",
            up: PackageResources._002_outbox_guard_up_sql,
            down: PackageResources._002_outbox_guard_down_sql,
            creates: ["outbox_guard"]
        ),
        Migration(
            "0003_outbox_accepted",
            up: PackageResources._003_outbox_accepted_up_sql,
            down: PackageResources._003_outbox_accepted_down_sql,
            creates: ["outbox_accepted"]
        ),
        Migration(
            "0004_outbox_unchanged",
            up: PackageResources._004_outbox_unchanged_up_sql,
            down: PackageResources._004_outbox_unchanged_down_sql,
            creates: ["outbox_unchanged"]
        ),
        Migration(
            "0005_outbox_deleted",
            up: PackageResources._005_outbox_deleted_up_sql,
            down: PackageResources._005_outbox_deleted_down_sql,
            creates: ["outbox_deleted"]
        ),
        Migration(
            "0006_outbox_batch_transition",
            up: PackageResources._006_outbox_batch_transition_up_sql,
            down: PackageResources._006_outbox_batch_transition_down_sql,
            creates: ["outbox_batch_transition"]
        ),
        Migration(
            "0007_outbox_batch_frozen",
            up: PackageResources._007_outbox_batch_frozen_up_sql,
            down: PackageResources._007_outbox_batch_frozen_down_sql,
            creates: ["outbox_batch_frozen"]
        ),
        Migration(
            "0008_outbox_intents",
            up: PackageResources._008_outbox_intents_up_sql,
            down: PackageResources._008_outbox_intents_down_sql,
            creates: ["outbox_intents"]
        ),
        Migration(
            "0009_outbox_cancel",
            up: PackageResources._009_outbox_cancel_up_sql,
            down: PackageResources._009_outbox_cancel_down_sql,
            creates: ["outbox_cancel"]
        ),
        Migration(
            "0010_outbox_history",
            up: PackageResources._010_outbox_history_up_sql,
            down: PackageResources._010_outbox_history_down_sql,
            creates: ["outbox_history"]
        ),
        Migration(
            "0011_outbox_lane",
            up: PackageResources._011_outbox_lane_up_sql,
            down: PackageResources._011_outbox_lane_down_sql,
            creates: [
                "outbox_lane", "outbox_lane_open", "outbox_lane_dead", "outbox_blocking", "outbox_ordered",
                "outbox_waiting_ordered", "outbox_waiting_blocked",
            ]
        ),
        Migration(
            "0012_outbox_lane_next",
            up: PackageResources._012_outbox_lane_next_up_sql,
            down: PackageResources._012_outbox_lane_next_down_sql,
            creates: ["outbox_lane_next"]
        ),
        Migration(
            "0013_outbox_dead_lane",
            up: PackageResources._013_outbox_dead_lane_up_sql,
            down: PackageResources._013_outbox_dead_lane_down_sql,
            creates: ["outbox_dead_lane"]
        ),
        Migration(
            "0014_outbox_dead_discarded",
            up: PackageResources._014_outbox_dead_discarded_up_sql,
            down: PackageResources._014_outbox_dead_discarded_down_sql,
            creates: ["outbox_dead_discarded"]
        ),
        Migration(
            "0015_outbox_batch_span",
            up: PackageResources._015_outbox_batch_span_up_sql,
            down: PackageResources._015_outbox_batch_span_down_sql,
            creates: ["outbox_batch_single", "outbox_batch_span", "outbox_batch_parent"]
        ),
    ]
}

/// One migration of the outbox's schema: a pair of SQL files that any migration tool can run.
///
/// A migration counts as applied when the database contains the objects that it creates, with the SQL of its file. No
/// other record of it exists, so a database that another tool has migrated is recognised.
public struct Migration: Sendable {
    /// The name of the files without `.up.sql` and `.down.sql`, such as `0001_outbox_tables`.
    public let name: String
    /// The SQL that applies the migration. It contains no `BEGIN`, `COMMIT` or `PRAGMA`.
    public let up: String
    /// The SQL that reverts the migration.
    public let down: String
    /// The tables, indexes, triggers and views that the migration creates, in the order of their creation.
    public let creates: [String]

    init(_ name: String, up: [UInt8], down: [UInt8], creates: [String]) {
        self.name = name
        self.up = String(decoding: up, as: UTF8.self)
        self.down = String(decoding: down, as: UTF8.self)
        self.creates = creates
    }
}
