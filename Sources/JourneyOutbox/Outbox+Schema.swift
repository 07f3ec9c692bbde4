import GRDB
import OutboxMigrations

extension Outbox {
    /// Installs or completes the outbox's schema, in one immediate transaction.
    ///
    /// Running it again changes nothing. Migrations that another tool applied from the SQL files are recognised and not
    /// applied again. The journal mode is never changed.
    ///
    /// - Returns: the names of the migrations that were applied now.
    /// - Throws: `OutboxError.Code.schemaClash`, `.schemaIncomplete`, `.schemaNewer` or `.databaseEncoding`, with the
    ///   objects that prevent it; nothing is changed then. SQLite's errors are thrown as GRDB's `DatabaseError`.
    @discardableResult
    public static func migrate(_ writer: some DatabaseWriter) throws -> [String] {
        try writer.writeWithoutTransaction { db in try migrate(in: db) }
    }

    /// Installs or completes the outbox's schema, in the caller's transaction if there is one.
    ///
    /// Without a transaction, it opens an immediate one. Everything else is as in `migrate(_:)`.
    @discardableResult
    public static func migrate(in db: Database) throws -> [String] {
        var applied: [String] = []
        let apply = { () throws -> Database.TransactionCompletion in
            let report = try check(db)
            try report.refuseToMigrate()
            for migration in Migrations.all where report.pending.contains(migration.name) {
                try db.execute(sql: migration.up)
                applied.append(migration.name)
            }
            return .commit
        }
        if db.isInsideTransaction {
            try db.inSavepoint(apply)
        } else {
            try db.inTransaction(.immediate, apply)
        }
        return applied
    }

    /// Compares the schema of a database with the schema of a newly migrated one.
    ///
    /// Only the outbox's own objects are compared. Objects that you add, such as triggers and indexes on its tables,
    /// are ignored. SQL is compared without comments and white space, because some migration tools drop them. Nothing
    /// is written.
    ///
    /// - Throws: GRDB's `DatabaseError`.
    public static func check(_ db: Database) throws -> SchemaReport {
        let fresh = try DatabaseQueue()
        let (history, known) = try fresh.write { db in
            let steps = try Migrations.all.map { migration in
                try db.execute(sql: migration.up)
                return try Schema(of: db)
            }
            return (SchemaHistory(steps: steps), try storedVersion(db))
        }
        let found = try Schema(of: db)
        let version = history.hasMeta(found) ? try storedVersion(db) : nil
        let encoding = try String.fetchOne(db, sql: "PRAGMA encoding") ?? ""
        return SchemaReport(found: found, history: history, version: version, known: known, encoding: encoding)
    }

    private static func storedVersion(_ db: Database) throws -> Int? {
        try Int.fetchOne(db, sql: "SELECT value FROM outbox_meta WHERE key = 'schema_version'")
    }
}
