import OutboxMigrations

/// The differences between the schema of a database and the schema of this version of the outbox.
public struct SchemaReport: Hashable, Sendable {
    /// The missing objects, in the order in which the migrations create them.
    public let missing: [String]
    /// Objects that an earlier version created and that a pending migration changes.
    public let outdated: [String]
    /// Objects of the outbox that were changed after their creation: the same name and type, but other SQL.
    public let altered: [String]
    /// Objects that are not the outbox's and have one of its names: they have another type or are older than the
    /// outbox.
    public let clashing: [String]
    /// The version of the schema when it is newer than this version of the outbox; otherwise nil.
    public let newerVersion: Int?
    /// The text encoding of the database when it is not UTF-8; otherwise nil. The outbox's rules need UTF-8.
    public let foreignEncoding: String?
    /// The migrations that have to be applied, in their order.
    public let pending: [String]
    /// The migrations that were applied partly: some of their objects exist and some do not.
    public let incomplete: [String]

    /// Whether the schema is exactly the one of this version.
    public var isCurrent: Bool {
        problems.isEmpty
    }

    /// Whether no object of the outbox exists, and no other object has one of its names.
    public var isAbsent: Bool {
        pending.count == Migrations.all.count && altered.isEmpty && clashing.isEmpty && incomplete.isEmpty
    }

    /// The differences, one sentence each, the most serious first.
    public var problems: [String] {
        var problems: [String] = []
        if let newerVersion {
            problems.append("the schema's version is \(newerVersion): a newer journey-outbox migrated this database")
        }
        if let foreignEncoding {
            problems.append(
                "the database stores its text as \(foreignEncoding), and the outbox needs UTF-8: copy it into a database "
                    + "that is made with PRAGMA encoding = 'UTF-8'")
        }
        problems += clashing.map { "\($0) does not belong to the outbox: rename it, because the outbox needs the name" }
        problems += altered.map { "\($0) has been changed: its SQL differs from the migration's" }
        problems += missing.map { "\($0) is missing" }
        problems += outdated.map { "\($0) is from an earlier version" }
        return problems
    }

    init(found: Schema, history: SchemaHistory, version: Int?, known: Int?, encoding: String) {
        var missing: [String] = []
        var outdated: [String] = []
        var altered: [String] = []
        var clashing: [String] = []
        var pending: [String] = []
        var incomplete: [String] = []
        // Without `outbox_meta`, an object with a name of the outbox is older than the outbox.
        let installed = history.hasMeta(found)
        for (step, migration) in Migrations.all.enumerated() {
            var absent = 0
            let effects = migration.creates + history.changes(at: step)
            for name in effects {
                switch history.status(of: name, in: found, at: step) {
                case .made: continue
                case .missing:
                    absent += 1
                    if migration.creates.contains(name) { missing.append(name) }
                case .earlier:
                    absent += 1
                    if !outdated.contains(name) { outdated.append(name) }
                case .foreign(let isSameType):
                    guard migration.creates.contains(name) else { continue }
                    if installed, isSameType { altered.append(name) } else { clashing.append(name) }
                }
            }
            if absent == effects.count {
                pending.append(migration.name)
            } else if absent > 0 {
                incomplete.append(migration.name)
            }
        }
        self.missing = missing
        self.outdated = outdated
        self.altered = altered
        self.clashing = clashing
        self.pending = pending
        self.incomplete = incomplete
        foreignEncoding = encoding == "UTF-8" ? nil : encoding
        newerVersion = if let version, version > known ?? 0 { version } else { nil }
    }

    /// Throws an `OutboxError` when the pending migrations must not be applied to this schema.
    func refuseToMigrate() throws {
        let reason = problems.joined(separator: "; ")
        if newerVersion != nil { throw OutboxError(.schemaNewer, reason) }
        if foreignEncoding != nil { throw OutboxError(.databaseEncoding, reason) }
        if !clashing.isEmpty || !altered.isEmpty { throw OutboxError(.schemaClash, reason) }
        if !incomplete.isEmpty {
            let names = incomplete.joined(separator: ", ")
            throw OutboxError(.schemaIncomplete, "\(names) was applied in part: \(reason)")
        }
    }
}
