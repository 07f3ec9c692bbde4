import OutboxMigrations

/// How a database's schema differs from the one this version of the outbox makes.
public struct SchemaReport: Hashable, Sendable {
    /// Objects that are not there, in the order in which the migrations create them.
    public let missing: [String]
    /// Objects that are as an earlier version made them, and that a pending migration changes.
    public let outdated: [String]
    /// Objects of the outbox that somebody has changed since: same name and kind, other SQL.
    public let altered: [String]
    /// Objects that only share a name with the outbox's: another kind, or there before the outbox was.
    public let clashing: [String]
    /// The schema's version when it is newer than this one knows, else nil.
    public let newerVersion: Int?
    /// The encoding of the database's texts when it is not UTF-8, else nil: the outbox's rules look at bytes.
    public let foreignEncoding: String?
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
        if let foreignEncoding {
            problems.append(
                "the database keeps its texts as \(foreignEncoding), and the outbox needs UTF-8: copy it into a database "
                    + "that is made with PRAGMA encoding = 'UTF-8'")
        }
        problems += clashing.map { "\($0) is not the outbox's: rename it, since the outbox needs the name" }
        problems += altered.map { "\($0) has been changed: its SQL is not the migration's" }
        problems += missing.map { "\($0) is missing" }
        problems += outdated.map { "\($0) is an earlier version's" }
        return problems
    }

    init(found: Schema, history: SchemaHistory, version: Int?, known: Int?, encoding: String) {
        var missing: [String] = []
        var outdated: [String] = []
        var altered: [String] = []
        var clashing: [String] = []
        var pending: [String] = []
        var incomplete: [String] = []
        // Without the outbox's own record of itself, an object of its name was there first.
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

    /// Throws when applying the pending migrations would fail, or build on something else than the outbox.
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
