import OutboxMigrations

/// How a database's schema differs from the one this version of the outbox makes.
public struct SchemaReport: Hashable, Sendable {
    /// Objects that are not there, in the order in which the migrations create them.
    public let missing: [String]
    /// Objects of the outbox that somebody has changed since: same name and kind, other SQL.
    public let altered: [String]
    /// Objects that only share a name with the outbox's: another kind, or there before the outbox was.
    public let clashing: [String]
    /// The schema's version when it is newer than this one knows, else nil.
    public let newerVersion: Int?
    /// The migrations still to be applied, in their order.
    public let pending: [String]
    /// The migrations of which some objects are there and some are not.
    public let incomplete: [String]

    /// Whether the schema is exactly what this version makes.
    public var isCurrent: Bool {
        problems.isEmpty
    }

    /// Whether nothing of the outbox is there, and nothing in its way.
    public var isAbsent: Bool {
        pending.count == Migrations.all.count && altered.isEmpty && clashing.isEmpty && incomplete.isEmpty
    }

    /// What is not as it should be, one sentence each, gravest first.
    public var problems: [String] {
        var problems: [String] = []
        if let newerVersion {
            problems.append("the schema's version is \(newerVersion): a newer journey-outbox migrated this database")
        }
        problems += clashing.map { "\($0) is not the outbox's: rename it, since the outbox needs the name" }
        problems += altered.map { "\($0) has been changed: its SQL is not the migration's" }
        problems += missing.map { "\($0) is missing" }
        return problems
    }

    init(found: Schema, expected: Schema, version: Int?, known: Int?) {
        var missing: [String] = []
        var altered: [String] = []
        var clashing: [String] = []
        var pending: [String] = []
        var incomplete: [String] = []
        // Without the outbox's own record of itself, an object of its name was there first.
        let installed = found["outbox_meta"] != nil && found["outbox_meta"] == expected["outbox_meta"]
        for migration in Migrations.all {
            let absent = migration.creates.filter { found[$0] == nil }
            let different = migration.creates.filter { found[$0] != nil && found[$0] != expected[$0] }
            missing += absent
            for name in different {
                if installed, found[name]?.type == expected[name]?.type {
                    altered.append(name)
                } else {
                    clashing.append(name)
                }
            }
            if absent.count == migration.creates.count {
                pending.append(migration.name)
            } else if !absent.isEmpty {
                incomplete.append(migration.name)
            }
        }
        self.missing = missing
        self.altered = altered
        self.clashing = clashing
        self.pending = pending
        self.incomplete = incomplete
        newerVersion = if let version, version > known ?? 0 { version } else { nil }
    }

    /// Throws when applying the pending migrations would fail, or build on something else than the outbox.
    func refuseToMigrate() throws {
        let reason = problems.joined(separator: "; ")
        if newerVersion != nil { throw OutboxError(.schemaNewer, reason) }
        if !clashing.isEmpty || !altered.isEmpty { throw OutboxError(.schemaClash, reason) }
        if !incomplete.isEmpty {
            let names = incomplete.joined(separator: ", ")
            throw OutboxError(.schemaIncomplete, "\(names) was applied in part: \(reason)")
        }
    }
}
